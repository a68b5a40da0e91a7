package dev.backplane.launcher.plots;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.internal.chartpart.Chart;

/** From a chart to a file. */
final class Png {
  private Png() {}

  /** Writes aside and renames: a kill leaves the old picture or the new one. */
  static void write(Chart<?, ?> chart, Path file) throws IOException {
    var bytes = new ByteArrayOutputStream();
    // An output stream alone would be cached in the folder of temporary files, which may be none.
    try (var memory = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", memory)) {
        throw new IOException("this JVM has no writer of PNG files");
      }
    }
    var aside = file.resolveSibling("." + file.getFileName() + ".part");
    try {
      Files.write(aside, bytes.toByteArray());
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }
}
