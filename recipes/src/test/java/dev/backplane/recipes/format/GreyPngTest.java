package dev.backplane.recipes.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GreyPngTest {
  @TempDir Path folder;

  private Path write(BufferedImage image) throws IOException {
    var file = folder.resolve("picture.png");
    assertTrue(ImageIO.write(image, "png", file.toFile()));
    return file;
  }

  private byte[] read(BufferedImage image) throws IOException {
    return GreyPng.read(write(image), image.getWidth(), image.getHeight());
  }

  @Test
  void greyValuesStayAsTheyAre() throws IOException {
    var image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
    var expected = new byte[256];
    for (int i = 0; i < 256; i++) {
      image.getRaster().setSample(i % 16, i / 16, 0, i);
      expected[i] = (byte) i;
    }
    assertArrayEquals(expected, read(image));
  }

  @Test
  void sixteenBitsLoseTheirLowerHalf() throws IOException {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSample(0, 0, 0, 0x80ff);
    image.getRaster().setSample(1, 0, 0, 0xffff);
    assertArrayEquals(new byte[] {(byte) 0x80, (byte) 0xff}, read(image));
  }

  @Test
  void blackAndWhiteIsGreyToo() throws IOException {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
    image.setRGB(0, 0, 0xffffffff);
    assertArrayEquals(new byte[] {(byte) 255, 0}, read(image));
  }

  @Test
  void coloursBecomeTheirLuma() throws IOException {
    var image = new BufferedImage(4, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xff0000);
    image.setRGB(1, 0, 0x00ff00);
    image.setRGB(2, 0, 0x0000ff);
    image.setRGB(3, 0, 0x646464);
    assertArrayEquals(new byte[] {76, (byte) 150, 29, 100}, read(image));
  }

  @Test
  void transparencyLetsBlackThrough() throws IOException {
    var image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0xffffffff);
    image.setRGB(1, 0, 0x80ffffff);
    image.setRGB(2, 0, 0x00ffffff);
    assertArrayEquals(new byte[] {(byte) 255, (byte) 128, 0}, read(image));
  }

  @Test
  void aWrongSizeIsNamedWithTheExpectedOne() throws IOException {
    var file = write(new BufferedImage(640, 480, BufferedImage.TYPE_BYTE_GRAY));
    var error = assertThrows(MalformedDataException.class, () -> GreyPng.read(file, 28, 28));
    assertEquals(file + ": expected a PNG of 28 × 28 pixels, found 640 × 480", error.getMessage());
  }

  @Test
  void whatIsNoPngIsRefused() throws IOException {
    var text = Files.writeString(folder.resolve("a.png"), "not a picture");
    var whole = Files.readAllBytes(write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY)));
    var cut = Files.write(folder.resolve("cut.png"), Arrays.copyOf(whole, whole.length / 2));
    var empty = Files.write(folder.resolve("empty.png"), new byte[0]);
    for (var file : new Path[] {text, cut, empty, folder.resolve("nowhere.png"), folder}) {
      var error = assertThrows(MalformedDataException.class, () -> GreyPng.read(file, 28, 28));
      assertTrue(
          error.getMessage().startsWith(file + ": expected a PNG of 28 × 28 pixels, found "),
          error.getMessage());
    }
  }
}
