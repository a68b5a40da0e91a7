package dev.backplane.recipes.cache;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/**
 * Writes the archives that the cache reads: real tar, gzip, xz and Debian packages, made in memory.
 */
final class Archives {
  /** A member of a tar archive: a name, the type byte of its header, and its bytes. */
  record Member(String name, char type, byte[] bytes) {
    static Member file(String name, byte[] bytes) {
      return new Member(name, '0', bytes);
    }
  }

  private Archives() {}

  static byte[] tar(Member... members) {
    var out = new ByteArrayOutputStream();
    for (var member : members) {
      out.writeBytes(header(member));
      out.writeBytes(member.bytes());
      out.writeBytes(new byte[(512 - member.bytes().length % 512) % 512]);
    }
    out.writeBytes(new byte[1024]);
    return out.toByteArray();
  }

  static byte[] tgz(Member... members) {
    return gzip(tar(members));
  }

  /** A Debian package with a control member before the data, as all have. */
  static byte[] deb(Member... members) {
    return ar(
        new Member("debian-binary", '0', text("2.0\n")),
        new Member("control.tar.gz", '0', tgz(Member.file("./control", text("Package: x\n")))),
        new Member("data.tar.xz", '0', xz(tar(members))));
  }

  static byte[] ar(Member... members) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(text("!<arch>\n"));
    for (var member : members) {
      out.writeBytes(
          text(
              "%-16s%-12d%-6d%-6d%-8s%-10d`\n"
                  .formatted(member.name(), 0, 0, 0, "100644", member.bytes().length)));
      out.writeBytes(member.bytes());
      if (member.bytes().length % 2 == 1) {
        out.write('\n');
      }
    }
    return out.toByteArray();
  }

  static byte[] gzip(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] xz(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var xz = new XZOutputStream(out, new LZMA2Options())) {
      xz.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(Sha256.digest().digest(bytes));
  }

  private static byte[] header(Member member) {
    var header = new byte[512];
    put(header, 0, member.name());
    put(header, 100, "0000644\0");
    put(header, 124, "%011o\0".formatted(member.bytes().length));
    put(header, 136, "00000000000\0");
    Arrays.fill(header, 148, 156, (byte) ' ');
    header[156] = (byte) member.type();
    put(header, 257, "ustar\00000");
    sum(header);
    return header;
  }

  /** Puts the checksum that fits the header's present bytes. */
  static void sum(byte[] header) {
    Arrays.fill(header, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
  }

  private static void put(byte[] header, int at, String text) {
    var bytes = text(text);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
