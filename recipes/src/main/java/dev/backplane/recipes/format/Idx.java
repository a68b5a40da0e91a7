package dev.backplane.recipes.format;

import dev.backplane.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * An array of unsigned bytes in the format of the MNIST files: a magic number (0, 0, 8 for unsigned
 * bytes, rank), one big-endian 32-bit extent per axis, then the elements, row-major.
 *
 * @param shape the array's shape
 * @param data its elements, read-only; mapped, so pages are read when they are needed
 */
public record Idx(Shape shape, MemorySegment data) {
  private static final ValueLayout.OfInt BIG_ENDIAN_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int UNSIGNED_BYTES = 8;

  /**
   * Maps a file. It must not be made shorter as long as the array is in use.
   *
   * @param rank the number of axes it must have
   * @throws MalformedDataException if it is no such array, or not as long as its header says
   */
  public static Idx map(Path file, int rank) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
      return read(file.toString(), bytes, rank);
    } catch (NoSuchFileException e) {
      throw new MalformedDataException(file.toString(), "an idx file", "no file", e);
    } catch (IOException e) {
      throw new MalformedDataException(
          file.toString(), "an idx file", "that it cannot be read: " + e.getMessage(), e);
    }
  }

  private static Idx read(String where, MemorySegment bytes, int rank) {
    long header = 4 + 4L * rank;
    if (bytes.byteSize() < header) {
      throw new MalformedDataException(
          where, "an idx header of " + header + " bytes", "a file of " + bytes.byteSize());
    }
    int magic = bytes.get(BIG_ENDIAN_INT, 0);
    int expected = UNSIGNED_BYTES << 8 | rank;
    if (magic != expected) {
      throw new MalformedDataException(
          where,
          "the idx magic number 0x%08x (unsigned bytes, %d axes)".formatted(expected, rank),
          "0x%08x".formatted(magic));
    }
    var extents = new int[rank];
    long size = 1;
    long most = bytes.byteSize();
    for (int axis = 0; axis < rank; axis++) {
      extents[axis] = bytes.get(BIG_ENDIAN_INT, 4 + 4L * axis);
      if (extents[axis] < 0 || extents[axis] > most || size * extents[axis] > most) {
        throw new MalformedDataException(
            where,
            "extents within a file of " + most + " bytes",
            Integer.toUnsignedString(extents[axis]) + " on axis " + axis);
      }
      size *= extents[axis];
    }
    if (bytes.byteSize() != header + size) {
      throw new MalformedDataException(
          where,
          "%,d bytes (%,d for its header and %,d elements)".formatted(header + size, header, size),
          "%,d".formatted(bytes.byteSize()));
    }
    return new Idx(Shape.of(extents), bytes.asSlice(header).asReadOnly());
  }
}
