package dev.backplane.recipes.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.layers.vision.file.MalformedImageException;
import dev.backplane.tensor.Literal;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's picture as those that were learned from: 28 × 28, bright on black. */
class GreyPicturesTest {
  @TempDir Path folder;

  private Path write(String name, BufferedImage image) throws IOException {
    var file = folder.resolve(name);
    assertTrue(ImageIO.write(image, name.substring(name.indexOf('.') + 1), file.toFile()));
    return file;
  }

  private static long at(Literal picture, int row, int column) {
    return picture.longAt(28 * row + column);
  }

  /** A bar in the middle third. */
  private static BufferedImage bar(int width, int height, Color background, Color colour) {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    var graphics = image.createGraphics();
    graphics.setColor(background);
    graphics.fillRect(0, 0, width, height);
    graphics.setColor(colour);
    graphics.fillRect(width / 3, height / 4, width / 3, height / 2);
    graphics.dispose();
    return image;
  }

  @Test
  void oneOfTheSameSizeIsTakenAsItIs() throws IOException {
    var image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 784; i++) {
      image.getRaster().setSample(i % 28, i / 28, 0, 255 - i % 256);
    }
    var found = GreyPictures.read(write("a.png", image).toString());
    assertEquals("u8[28,28]", found.type().toString());
    for (int i = 0; i < 784; i++) {
      assertEquals(255 - i % 256, found.longAt(i));
    }
  }

  @Test
  void aPhotographIsScaledAndItsBackgroundMadeBlack() throws IOException {
    for (var name : new String[] {"b.png", "b.jpg"}) {
      var drawn = write(name, bar(280, 140, Color.WHITE, Color.BLACK));
      var found = GreyPictures.read(drawn.toString());
      // Twice as wide as high: the bar is in the middle of the 14 rows in the middle.
      assertEquals(255, at(found, 14, 14), 3, name);
      for (int[] corner : new int[][] {{0, 0}, {14, 0}, {14, 27}, {27, 14}, {8, 14}, {14, 20}}) {
        assertEquals(0, at(found, corner[0], corner[1]), 3, name + Arrays.toString(corner));
      }
    }
  }

  @Test
  void whatIsBrightOnBlackStaysSo() throws IOException {
    var found =
        GreyPictures.read(write("c.png", bar(99, 99, Color.BLACK, Color.LIGHT_GRAY)).toString());
    assertEquals(192, at(found, 14, 14), 1);
    assertEquals(0, at(found, 2, 14), 1);
    var small = GreyPictures.read(write("d.png", bar(9, 12, Color.BLACK, Color.RED)).toString());
    assertEquals(76, at(small, 14, 14), 1);
    assertEquals(0, at(small, 14, 0), 1);
  }

  @Test
  void whatIsNoPictureIsRefused() throws IOException {
    var text = Files.writeString(folder.resolve("a.png"), "not a picture");
    var whole = Files.readAllBytes(write("e.png", bar(28, 28, Color.BLACK, Color.RED)));
    var cut = Files.write(folder.resolve("cut.png"), Arrays.copyOf(whole, whole.length / 2));
    for (var file : new Path[] {text, cut, folder.resolve("nowhere.png"), folder}) {
      var error =
          assertThrows(MalformedImageException.class, () -> GreyPictures.read(file.toString()));
      assertTrue(
          error.getMessage().startsWith(file + ": expected a picture that can be read"),
          error.getMessage());
    }
  }
}
