package dev.backplane.recipes.format;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
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
   * The grey values of a picture, row by row, 0 for black and 255 for white. Colours become grey by
   * their luma (ITU-R BT.601), transparency lets black through, 16-bit values lose their lower
   * half.
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
    var grey = new byte[image.getWidth() * image.getHeight()];
    boolean samplesAreGrey =
        !(image.getColorModel() instanceof IndexColorModel) && image.getRaster().getNumBands() <= 2;
    for (int y = 0, i = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++, i++) {
        grey[i] = (byte) (samplesAreGrey ? sample(image, x, y) : luma(image.getRGB(x, y)));
      }
    }
    return grey;
  }

  /** The stored value: {@code getRGB} would take it for linear light and brighten it. */
  private static int sample(BufferedImage image, int x, int y) {
    var raster = image.getRaster();
    ColorModel model = image.getColorModel();
    int value = raster.getSample(x, y, 0) >> (model.getComponentSize(0) - 8);
    if (raster.getNumBands() == 1) {
      return value;
    }
    int alpha = raster.getSample(x, y, 1) >> (model.getComponentSize(1) - 8);
    return Math.round(value * alpha / 255f);
  }

  private static int luma(int argb) {
    int alpha = argb >>> 24;
    int red = argb >> 16 & 0xff;
    int green = argb >> 8 & 0xff;
    int blue = argb & 0xff;
    return Math.round((0.299f * red + 0.587f * green + 0.114f * blue) * alpha / 255f);
  }
}
