package dev.backplane.recipes.cache;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * One entry of an archive: ends where the entry ends, and fails if the archive ends first. Closing
 * it leaves the archive open.
 */
final class EntryStream extends InputStream {
  private final InputStream archive;
  private final String name;
  private final String of;
  private long unread;

  /**
   * An entry that begins where the archive stands.
   *
   * @param bytes how long it is
   * @param name of the archive, for messages
   * @param of what the entry is, for messages
   */
  EntryStream(InputStream archive, long bytes, String name, String of) {
    this.archive = archive;
    this.name = name;
    this.of = of;
    unread = bytes;
  }

  /** Goes to the end of the entry. */
  void skipRest() throws IOException {
    archive.skipNBytes(unread);
    unread = 0;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (unread == 0) {
      return -1;
    }
    int n = archive.read(target, offset, (int) Math.min(length, unread));
    if (n < 0) {
      throw new EOFException(name + " ends " + unread + " bytes before the end of " + of);
    }
    unread -= n;
    return n;
  }

  @Override
  public int available() throws IOException {
    return (int) Math.min(archive.available(), unread);
  }
}
