package dev.backplane.recipes.cache;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.tukaani.xz.XZInputStream;

/** Finds the tar of files within a Debian package, which is an ar archive of three members. */
final class DebReader {
  private static final byte[] MAGIC = "!<arch>\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER = 60;

  /** xz lets the archive choose how much memory its reader takes; packages need at most 64 MiB. */
  private static final int MOST_XZ_MEMORY_KIB = 128 << 10;

  private DebReader() {}

  /**
   * The decompressed {@code data.tar} of a package.
   *
   * @param in the package from its first byte; is read no further than the member
   * @throws IOException if this is not a Debian package, is cut short, or is compressed in a way
   *     not known here
   */
  static InputStream dataTar(InputStream in) throws IOException {
    var magic = in.readNBytes(MAGIC.length);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException("deb: expected an ar archive (\"!<arch>\"), found something else");
    }
    while (true) {
      var header = in.readNBytes(HEADER);
      if (header.length == 0) {
        throw new IOException("deb: the package has no member data.tar");
      }
      if (header.length < HEADER || header[58] != '`' || header[59] != '\n') {
        throw new IOException("deb: an ar header is cut short or damaged");
      }
      var name = new String(header, 0, 16, StandardCharsets.US_ASCII).trim();
      var size = new String(header, 48, 10, StandardCharsets.US_ASCII).trim();
      if (!size.matches("[0-9]{1,10}")) {
        throw new IOException(
            "deb: expected the length of member " + name + ", found \"" + size + "\"");
      }
      long bytes = Long.parseLong(size);
      if (name.startsWith("data.tar")) {
        return decompressed(new EntryStream(in, bytes, "deb: the package", "its data"), name);
      }
      in.skipNBytes(bytes + (bytes & 1));
    }
  }

  private static InputStream decompressed(InputStream member, String name) throws IOException {
    return switch (name.replaceFirst("/$", "")) {
      case "data.tar" -> member;
      case "data.tar.gz" -> new GZIPInputStream(member, 1 << 16);
      case "data.tar.xz" -> new XZInputStream(member, MOST_XZ_MEMORY_KIB);
      default ->
          throw new IOException(
              "deb: expected data.tar, data.tar.gz or data.tar.xz, found " + name);
    };
  }
}
