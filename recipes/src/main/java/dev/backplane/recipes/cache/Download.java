package dev.backplane.recipes.cache;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.ObjLongConsumer;

/** Gets one file from a configured base address. */
final class Download {
  private final CacheSettings settings;
  private final DatasetPin pin;

  Download(CacheSettings settings, DatasetPin pin) {
    this.settings = settings;
    this.pin = pin;
  }

  /**
   * Writes what an address gives into a file.
   *
   * @param most refuses more bytes than these
   * @param progress told the length, where the server gives one, and the bytes so far
   * @throws DatasetException if {@code file} cannot be written
   * @throws IOException if the address does not answer with the file, is silent for too long, takes
   *     too long, or gives too much or too little
   */
  void to(Path file, URI address, long most, ObjLongConsumer<OptionalLong> progress)
      throws IOException {
    var connection = address.toURL().openConnection();
    connection.setConnectTimeout((int) settings.stall().toMillis());
    connection.setReadTimeout((int) settings.stall().toMillis());
    connection.setUseCaches(false);
    try {
      requireOk(connection);
      copy(connection, file, most, progress);
    } finally {
      if (connection instanceof HttpURLConnection http) {
        http.disconnect();
      }
    }
  }

  private static void requireOk(URLConnection connection) throws IOException {
    if (connection instanceof HttpURLConnection http) {
      int status = http.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        throw new IOException(connection.getURL() + " answered with HTTP status " + status);
      }
    }
  }

  private void copy(
      URLConnection connection, Path file, long most, ObjLongConsumer<OptionalLong> progress)
      throws IOException {
    long announced = connection.getContentLengthLong();
    var total = announced < 0 ? OptionalLong.empty() : OptionalLong.of(announced);
    if (announced > most) {
      throw new IOException(
          "the file is announced with %,d bytes, expected at most %,d".formatted(announced, most));
    }
    long deadline = System.nanoTime() + settings.limit().toNanos();
    long done = 0;
    try (var in = connection.getInputStream();
        var out = create(file)) {
      var buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        done += n;
        if (done > most) {
          throw new IOException("the file is longer than %,d bytes: refused".formatted(most));
        }
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("not done after " + settings.limit().toSeconds() + " s");
        }
        write(out, buffer, n, file);
        progress.accept(total, done);
      }
    }
    if (total.isPresent() && done < announced) {
      throw new IOException(
          "the connection ended after %,d of %,d bytes".formatted(done, announced));
    }
  }

  private OutputStream create(Path file) {
    try {
      return Files.newOutputStream(file);
    } catch (IOException e) {
      throw DatasetException.notWritable(pin, file, e);
    }
  }

  private void write(OutputStream out, byte[] buffer, int length, Path file) {
    try {
      out.write(buffer, 0, length);
    } catch (IOException e) {
      throw DatasetException.notWritable(pin, file, e);
    }
  }
}
