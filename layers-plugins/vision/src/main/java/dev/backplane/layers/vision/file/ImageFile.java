package dev.backplane.layers.vision.file;

import dev.backplane.layers.vision.transform.Pixels;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/**
 * Reads PNG, JPEG and what else the JDK's ImageIO reads, as values from 0 to 255. Needs no display.
 *
 * <ul>
 *   <li>Colours become grey by their luma (ITU-R BT.601); grey becomes three equal colours.
 *   <li>Transparency lets black through. Palettes are looked up, 16-bit values lose their lower
 *       half.
 *   <li>Grey values are taken as they are stored, not as linear light.
 *   <li>CMYK, broken files (also those a reader would fill up) and pictures of more than 100
 *       million pixels are refused, the last before anything is decoded.
 *   <li>A turn that the camera only noted (EXIF) is not heeded.
 * </ul>
 */
public final class ImageFile {
  private static final long MOST_PIXELS = 100_000_000;
  private static final String EXPECTED = "a picture that can be read (PNG, JPEG, GIF, BMP)";

  private ImageFile() {}

  /** How many values a pixel is to have. */
  public enum Channels {
    /** One: brightness. */
    GREY(1),
    /** Three: red, green, blue. */
    RGB(3);

    private final int count;

    Channels(int count) {
      this.count = count;
    }

    /** The number. */
    public int count() {
      return count;
    }
  }

  /**
   * Reads the first picture of a file.
   *
   * @throws MalformedImageException if there is none that can be read, naming the file
   */
  public static Pixels read(Path file, Channels channels) {
    if (!Files.isRegularFile(file)) {
      throw new MalformedImageException(file.toString(), EXPECTED, "no file");
    }
    return pixels(decode(file), channels);
  }

  /** The values of a decoded picture, by the same rules. */
  public static Pixels pixels(BufferedImage image, Channels channels) {
    var size = new Pixels.Size(image.getHeight(), image.getWidth(), channels.count());
    var pixels = new Pixels().resized(size);
    fill(image, pixels);
    return pixels;
  }

  private static BufferedImage decode(Path file) {
    try (var in = new FileImageInputStream(file.toFile())) {
      var readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new MalformedImageException(file.toString(), EXPECTED, "something else");
      }
      var reader = readers.next();
      try {
        return decode(file, reader, in);
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw broken(file, e);
    }
  }

  private static BufferedImage decode(Path file, ImageReader reader, ImageInputStream in) {
    var warnings = new ArrayList<String>();
    try {
      reader.setInput(in, true, true);
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > MOST_PIXELS) {
        throw new MalformedImageException(
            file.toString(),
            "at most " + MOST_PIXELS + " pixels",
            reader.getWidth(0) + " × " + reader.getHeight(0));
      }
      var image = reader.read(0);
      if (!warnings.isEmpty()) {
        throw new MalformedImageException(
            file.toString(), EXPECTED, "a broken one (" + String.join("; ", warnings) + ")");
      }
      return image;
    } catch (IOException e) {
      if ("Unsupported Image Type".equals(e.getMessage())) {
        throw new MalformedImageException(
            file.toString(), "grey or RGB colours", "others, such as CMYK", e);
      }
      throw broken(file, e);
    } catch (IllegalArgumentException
        | IllegalStateException
        | IndexOutOfBoundsException
        | NegativeArraySizeException
        | NullPointerException e) {
      // The JDK's readers answer damaged headers with whatever they stumble over.
      throw broken(file, e);
    }
  }

  private static MalformedImageException broken(Path file, Exception e) {
    var reasons = new ArrayList<String>();
    for (Throwable cause = e; cause != null && reasons.size() < 2; cause = cause.getCause()) {
      reasons.add(
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
    }
    return new MalformedImageException(
        file.toString(), EXPECTED, "a broken one (" + String.join(": ", reasons) + ")", e);
  }

  private static void fill(BufferedImage image, Pixels pixels) {
    var values = pixels.values();
    int channels = pixels.size().channels();
    boolean samplesAreGrey =
        !(image.getColorModel() instanceof IndexColorModel) && image.getRaster().getNumBands() <= 2;
    for (int y = 0, i = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++, i += channels) {
        if (samplesAreGrey) {
          float grey = sample(image, x, y);
          for (int c = 0; c < channels; c++) {
            values[i + c] = grey;
          }
        } else {
          colours(image.getRGB(x, y), values, i, channels);
        }
      }
    }
  }

  private static void colours(int argb, float[] values, int at, int channels) {
    int alpha = argb >>> 24;
    int red = argb >> 16 & 0xff;
    int green = argb >> 8 & 0xff;
    int blue = argb & 0xff;
    if (channels == 1) {
      values[at] = Math.round((0.299f * red + 0.587f * green + 0.114f * blue) * alpha / 255f);
    } else {
      values[at] = Math.round(red * alpha / 255f);
      values[at + 1] = Math.round(green * alpha / 255f);
      values[at + 2] = Math.round(blue * alpha / 255f);
    }
  }

  /** The stored value: {@code getRGB} would take it for linear light and brighten it. */
  private static float sample(BufferedImage image, int x, int y) {
    var raster = image.getRaster();
    var model = image.getColorModel();
    int value = raster.getSample(x, y, 0) >> (model.getComponentSize(0) - 8);
    if (raster.getNumBands() == 1) {
      return value;
    }
    int alpha = raster.getSample(x, y, 1) >> (model.getComponentSize(1) - 8);
    return Math.round(value * alpha / 255f);
  }
}
