package dev.backplane.recipes.format;

import dev.backplane.layers.vision.file.ImageFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;

/** Reads PNG pictures of one expected size as grey values. */
public final class GreyPng {
  private GreyPng() {}

  /**
   * The grey values of a picture, row by row, 0 for black and 255 for white, by the rules of {@link
   * ImageFile}.
   *
   * @throws MalformedDataException if the file is no PNG or has another size; its pixels are not
   *     decoded before its size is known
   */
  public static byte[] read(Path file, int width, int height) {
    var expected = "a PNG of %d × %d pixels".formatted(width, height);
    if (!Files.isRegularFile(file)) {
      throw new MalformedDataException(file.toString(), expected, "no file");
    }
    var reader = ImageIO.getImageReadersByFormatName("png").next();
    try (var in = new FileImageInputStream(file.toFile())) {
      reader.setInput(in);
      return grey(image(reader, file, expected, width, height));
    } catch (IIOException | IndexOutOfBoundsException e) {
      throw new MalformedDataException(
          file.toString(), expected, "none that can be read (" + e.getMessage() + ")", e);
    } catch (IOException e) {
      throw new MalformedDataException(
          file.toString(), expected, "that it cannot be read: " + e.getMessage(), e);
    } finally {
      reader.dispose();
    }
  }

  private static BufferedImage image(
      ImageReader reader, Path file, String expected, int width, int height) throws IOException {
    int foundWidth = reader.getWidth(0);
    int foundHeight = reader.getHeight(0);
    if (foundWidth != width || foundHeight != height) {
      throw new MalformedDataException(file.toString(), expected, foundWidth + " × " + foundHeight);
    }
    return reader.read(0);
  }

  private static byte[] grey(BufferedImage image) {
    var values = ImageFile.pixels(image, ImageFile.Channels.GREY).values();
    var grey = new byte[image.getWidth() * image.getHeight()];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = (byte) (int) values[i];
    }
    return grey;
  }
}
