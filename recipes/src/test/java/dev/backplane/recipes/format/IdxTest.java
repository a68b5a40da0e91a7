package dev.backplane.recipes.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  @TempDir Path folder;

  private Path file(int magic, int[] extents, int elements) throws IOException {
    var bytes = ByteBuffer.allocate(4 + 4 * extents.length + elements);
    bytes.putInt(magic);
    for (int extent : extents) {
      bytes.putInt(extent);
    }
    for (int i = 0; i < elements; i++) {
      bytes.put((byte) (200 + i));
    }
    return Files.write(folder.resolve("data-ubyte"), bytes.array());
  }

  private void assertRefused(Path file, int rank, String... parts) {
    var error = assertThrows(MalformedDataException.class, () -> Idx.map(file, rank));
    for (var part : parts) {
      assertTrue(error.getMessage().contains(part), part + " is missing in: " + error.getMessage());
    }
  }

  @Test
  void readsShapeAndElements() throws IOException {
    var idx = Idx.map(file(0x803, new int[] {2, 3, 4}, 24), 3);
    assertEquals(Shape.of(2, 3, 4), idx.shape());
    assertEquals(24, idx.data().byteSize());
    assertEquals((byte) 200, idx.data().get(ValueLayout.JAVA_BYTE, 0));
    assertEquals((byte) 223, idx.data().get(ValueLayout.JAVA_BYTE, 23));
  }

  @Test
  void readsAnEmptyArray() throws IOException {
    assertEquals(Shape.of(0), Idx.map(file(0x801, new int[] {0}, 0), 1).shape());
  }

  @Test
  void refusesAnotherFormatOrRank() throws IOException {
    assertRefused(file(0x801, new int[] {3}, 3), 3, "16 bytes", "a file of 11");
    assertRefused(
        file(0x801, new int[] {9}, 9), 3, "0x00000803 (unsigned bytes, 3 axes)", "0x00000801");
    assertRefused(file(0xd03, new int[] {1, 1, 1}, 4), 3, "found 0x00000d03");
  }

  @Test
  void refusesAFileThatIsTooShortOrTooLong() throws IOException {
    assertRefused(file(0x801, new int[] {10}, 9), 1, "expected 18 bytes", "found 17");
    assertRefused(file(0x801, new int[] {10}, 11), 1, "expected 18 bytes", "found 19");
    assertRefused(Files.write(folder.resolve("empty"), new byte[0]), 1, "a file of 0");
    assertRefused(folder.resolve("nowhere"), 1, "nowhere", "found no file");
  }

  @Test
  void refusesExtentsThatNoFileCouldHold() throws IOException {
    assertRefused(file(0x802, new int[] {-1, 4}, 8), 2, "4294967295 on axis 0");
    assertRefused(file(0x803, new int[] {1 << 30, 1 << 30, 16}, 8), 3, "1073741824 on axis 0");
    assertRefused(file(0x803, new int[] {0, 1 << 30, 1 << 30}, 8), 3, "1073741824 on axis 1");
  }
}
