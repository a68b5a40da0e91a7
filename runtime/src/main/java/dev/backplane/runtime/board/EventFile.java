package dev.backplane.runtime.board;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Records as TensorFlow frames them: the length in eight bytes, its check sum, the bytes, their
 * check sum; numbers little-endian, the sums CRC-32C, turned and shifted.
 */
final class EventFile {
  private static final int MASK = 0xa282ead8;
  private static final int HEAD = Long.BYTES + Integer.BYTES;

  private final Path file;
  private long end;

  private EventFile(Path file, long end) {
    this.file = file;
    this.end = end;
  }

  /** Whether a record is to be kept. */
  interface Keeps {
    boolean keeps(ByteBuffer record);
  }

  /**
   * Opens a file, new or begun, and cuts it at the first record that is not whole, as a kill leaves
   * one, or not to be kept.
   */
  static EventFile open(Path file, Keeps keeps) throws IOException {
    try (var channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long end = 0;
      while (true) {
        var head = read(channel, end, HEAD);
        if (head.remaining() < HEAD || sum(head.slice(0, Long.BYTES)) != head.getInt(Long.BYTES)) {
          break;
        }
        long length = head.getLong(0);
        if (length < 0 || length > channel.size() - end - HEAD - Integer.BYTES) {
          break;
        }
        var rest = read(channel, end + HEAD, Math.toIntExact(length + Integer.BYTES));
        var record = rest.slice(0, (int) length).order(ByteOrder.LITTLE_ENDIAN);
        if (sum(record.duplicate()) != rest.getInt((int) length) || !keeps.keeps(record)) {
          break;
        }
        end += HEAD + length + Integer.BYTES;
      }
      channel.truncate(end);
      return new EventFile(file, end);
    }
  }

  private static ByteBuffer read(FileChannel channel, long from, int size) throws IOException {
    var bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
      // Until all is read, or the file ends.
    }
    return bytes.flip();
  }

  boolean isEmpty() {
    return end == 0;
  }

  /** Adds a record behind the others; may be tried again when it fails. */
  void add(byte[] record) throws IOException {
    var framed =
        ByteBuffer.allocate(HEAD + record.length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    framed.putLong(record.length).putInt(sum(framed.slice(0, Long.BYTES)));
    framed.put(record).putInt(sum(ByteBuffer.wrap(record))).flip();
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      while (framed.hasRemaining()) {
        channel.write(framed, end + framed.position());
      }
    }
    end += framed.limit();
  }

  private static int sum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }
}
