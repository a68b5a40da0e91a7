package dev.backplane.recipes.cache;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads a tar stream entry by entry: v7, ustar, GNU long names and pax paths, which is what npm and
 * Debian write. It never touches the file system, so a name in an archive is only ever a string.
 */
public final class TarReader {
  private static final int BLOCK = 512;

  /** Longer names are not written by any archiver, only by attackers. */
  private static final int LONGEST_EXTENDED_HEADER = 1 << 16;

  private final InputStream in;
  private EntryStream content;
  private long padding;

  /**
   * Reads from a stream that stands at the beginning of an archive.
   *
   * @param in the archive, decompressed; not closed
   */
  public TarReader(InputStream in) {
    this.in = in;
    content = entry(0);
  }

  private EntryStream entry(long bytes) {
    return new EntryStream(in, bytes, "tar: the archive", "a file");
  }

  /**
   * The next regular file; links, folders and devices are passed over.
   *
   * @throws IOException if the stream ends within an entry or is not tar
   */
  public Optional<Entry> next() throws IOException {
    Optional<String> extendedName = Optional.empty();
    while (true) {
      content.skipRest();
      in.skipNBytes(padding);
      padding = 0;
      var header = in.readNBytes(BLOCK);
      if (header.length == 0 || isZero(header)) {
        return Optional.empty();
      }
      if (header.length < BLOCK) {
        throw new EOFException("tar: the archive ends within a header");
      }
      checkSum(header);
      long size = number(header, 124, 12);
      content = entry(size);
      padding = (BLOCK - size % BLOCK) % BLOCK;
      switch (header[156]) {
        case '0', 0 -> {
          return Optional.of(new Entry(extendedName.orElseGet(() -> nameOf(header)), size));
        }
        case 'L' -> extendedName = Optional.of(firstString(extendedHeader(size)));
        case 'x' -> {
          var path = paxPath(extendedHeader(size));
          extendedName = path.isPresent() ? path : extendedName;
        }
        case 'g' -> extendedHeader(size);
        default -> extendedName = Optional.empty();
      }
    }
  }

  /**
   * The bytes of the entry that {@link #next} gave last; ends with the entry, and fails if the
   * archive ends first.
   */
  public InputStream content() {
    return content;
  }

  /**
   * A regular file of the archive.
   *
   * @param name its name as the archive writes it; not to be used as a path
   * @param bytes its length
   */
  public record Entry(String name, long bytes) {
    /** What stands after the last slash. */
    public String baseName() {
      return name.substring(name.lastIndexOf('/') + 1);
    }
  }

  private byte[] extendedHeader(long size) throws IOException {
    if (size > LONGEST_EXTENDED_HEADER) {
      throw new IOException(
          "tar: expected an extended header of at most "
              + LONGEST_EXTENDED_HEADER
              + " bytes, found "
              + size);
    }
    var bytes = in.readNBytes((int) size);
    if (bytes.length < size) {
      throw new EOFException("tar: the archive ends within an extended header");
    }
    content = entry(0);
    return bytes;
  }

  /** Records are {@code "LENGTH KEY=VALUE\n"}, the length counting the whole record. */
  private static Optional<String> paxPath(byte[] header) throws IOException {
    var text = new String(header, StandardCharsets.UTF_8);
    for (var line : text.split("\n")) {
      int space = line.indexOf(' ');
      if (space < 0) {
        throw new IOException(
            "tar: expected \"LENGTH KEY=VALUE\" in a pax header, found \"" + line + "\"");
      }
      if (line.startsWith("path=", space + 1)) {
        return Optional.of(line.substring(space + "path=".length() + 1));
      }
    }
    return Optional.empty();
  }

  private static String nameOf(byte[] header) {
    var name = string(header, 0, 100);
    boolean ustar = string(header, 257, 6).startsWith("ustar");
    var prefix = ustar && header[263] == '0' ? string(header, 345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static void checkSum(byte[] header) throws IOException {
    long expected = number(header, 148, 8);
    long found = 0;
    for (int i = 0; i < BLOCK; i++) {
      found += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
    }
    if (expected != found) {
      throw new IOException(
          "tar: a header's checksum is "
              + found
              + ", expected "
              + expected
              + ": damaged, or not tar");
    }
  }

  private static long number(byte[] header, int from, int length) throws IOException {
    var text = string(header, from, length).trim();
    if ((header[from] & 0x80) != 0) {
      throw new IOException("tar: an entry of more than 8 GiB is refused");
    }
    if (!text.matches("[0-7]{1,11}")) {
      throw new IOException("tar: expected an octal number in a header, found \"" + text + "\"");
    }
    return Long.parseLong(text, 8);
  }

  private static String string(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  private static String firstString(byte[] bytes) {
    return string(bytes, 0, bytes.length);
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}
