package dev.backplane.recipes.cache;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Writes pinned files into one folder, and only what their pins say: names come from the pins,
 * never from an archive; no more bytes are written than a pin has; a file whose digest differs is
 * removed again.
 */
final class VerifiedCopy {
  private final DatasetPin pin;
  private final Path folder;

  VerifiedCopy(DatasetPin pin, Path folder) {
    this.pin = pin;
    this.folder = folder;
  }

  /** The pinned file that a file or an archive's member of this name may hold. */
  Optional<PinnedFile> wanted(String baseName) {
    return pin.file(
        baseName.endsWith(".gz") ? baseName.substring(0, baseName.length() - 3) : baseName);
  }

  /** The pinned files that are not there yet. */
  List<PinnedFile> missing() {
    return pin.files().stream().filter(file -> !Files.exists(folder.resolve(file.name()))).toList();
  }

  /**
   * Copies one file.
   *
   * @param in its bytes; not closed
   * @param name its name, which says whether it is compressed
   * @param where what to call it in a message
   * @throws Mismatch if the contents are not the pinned ones
   * @throws DatasetException if the file cannot be written
   * @throws IOException if {@code in} cannot be read
   */
  void copy(InputStream in, String name, String where) throws IOException {
    var file = wanted(name).orElseThrow();
    try {
      write(name.endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in, file, where);
    } catch (EOFException e) {
      throw Mismatch.of(file, where, "it cut short (" + Failures.text(e) + ")");
    } catch (ZipException e) {
      throw Mismatch.of(file, where, "it to be no valid gzip file (" + Failures.text(e) + ")");
    }
  }

  private void write(InputStream in, PinnedFile file, String where) throws IOException {
    var target = folder.resolve(file.name());
    var digest = Sha256.digest();
    long bytes = 0;
    boolean whole = false;
    try (var out = create(target)) {
      var buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes += n;
        if (bytes > file.bytes()) {
          throw Mismatch.of(file, where, "more than " + file.bytes() + " bytes");
        }
        digest.update(buffer, 0, n);
        append(out, target, ByteBuffer.wrap(buffer, 0, n));
      }
      var found = Sha256.hex(digest);
      if (bytes < file.bytes()) {
        throw Mismatch.of(file, where, "%,d bytes: it is cut short".formatted(bytes));
      }
      if (!found.equals(file.sha256())) {
        throw Mismatch.of(file, where, "the sha256 " + found);
      }
      force(out, target);
      whole = true;
    } finally {
      if (!whole) {
        Files.deleteIfExists(target);
      }
    }
  }

  private FileChannel create(Path target) {
    try {
      return FileChannel.open(
          target,
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw DatasetException.notWritable(pin, target, e);
    }
  }

  private void append(FileChannel out, Path target, ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw DatasetException.notWritable(pin, target, e);
    }
  }

  /** A later power failure must not leave a whole-looking entry of empty files. */
  private void force(FileChannel out, Path target) {
    try {
      out.force(true);
    } catch (IOException e) {
      throw DatasetException.notWritable(pin, target, e);
    }
  }
}
