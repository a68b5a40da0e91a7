package dev.backplane.layers.vision.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.layers.vision.file.ImageFile.Channels;
import dev.backplane.layers.vision.file.ImageFolder.Options;
import dev.backplane.layers.vision.transform.Pixels;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures and folders of them, whole and broken. */
class ImageFileTest {
  @TempDir Path folder;

  private Path write(String name, BufferedImage image) throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    assertTrue(ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile()));
    return file;
  }

  private static BufferedImage plain(int type, Color colour) {
    var image = new BufferedImage(6, 4, type);
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 6; x++) {
        image.setRGB(x, y, colour.getRGB());
      }
    }
    return image;
  }

  private static float[] first(Pixels pixels) {
    return Arrays.copyOf(pixels.values(), pixels.size().channels());
  }

  @Test
  void coloursGreysPalettesAndTransparency() throws IOException {
    var orange = new Color(200, 100, 50);
    var rgb = write("rgb.png", plain(BufferedImage.TYPE_INT_RGB, orange));
    assertEquals(new Pixels.Size(4, 6, 3), ImageFile.read(rgb, Channels.RGB).size());
    assertArrayEquals(new float[] {200, 100, 50}, first(ImageFile.read(rgb, Channels.RGB)));
    assertArrayEquals(new float[] {124}, first(ImageFile.read(rgb, Channels.GREY)));
    var half = new Color(200, 100, 50, 128);
    var clear = write("alpha.png", plain(BufferedImage.TYPE_INT_ARGB, half));
    assertArrayEquals(new float[] {100, 50, 25}, first(ImageFile.read(clear, Channels.RGB)));
    var palette = write("palette.gif", plain(BufferedImage.TYPE_BYTE_INDEXED, Color.RED));
    assertArrayEquals(new float[] {255, 0, 0}, first(ImageFile.read(palette, Channels.RGB)));
    var grey = new BufferedImage(6, 4, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setSample(0, 0, 0, 77);
    var stored = write("grey.png", grey);
    assertArrayEquals(new float[] {77}, first(ImageFile.read(stored, Channels.GREY)));
    assertArrayEquals(new float[] {77, 77, 77}, first(ImageFile.read(stored, Channels.RGB)));
    var deep = new BufferedImage(6, 4, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 0x1234);
    assertArrayEquals(
        new float[] {0x12}, first(ImageFile.read(write("deep.png", deep), Channels.GREY)));
    var jpeg = first(ImageFile.read(write("a.jpg", plain(5, orange)), Channels.RGB));
    assertEquals(200, jpeg[0], 4);
    assertEquals(50, jpeg[2], 4);
  }

  private String refused(Path file) {
    var refused =
        assertThrows(MalformedImageException.class, () -> ImageFile.read(file, Channels.RGB));
    assertTrue(refused.getMessage().startsWith(file.toString()), refused.getMessage());
    return refused.getMessage();
  }

  private static BufferedImage gradient() {
    var image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64 * 64; i++) {
      image.setRGB(i % 64, i / 64, i * 1001);
    }
    return image;
  }

  @Test
  void brokenFilesAreNamedAndNotFilledUp() throws IOException {
    for (var name : List.of("cut.png", "cut.jpg")) {
      var whole = Files.readAllBytes(write(name, gradient()));
      var cut = Files.write(folder.resolve(name), Arrays.copyOf(whole, whole.length * 2 / 3));
      assertTrue(refused(cut).contains("found a broken one ("), refused(cut));
    }
    var text = Files.writeString(folder.resolve("readme.txt"), "no picture at all");
    assertTrue(refused(text).endsWith("found something else"));
    assertTrue(refused(Files.write(folder.resolve("empty.png"), new byte[0])).contains("found"));
    assertTrue(refused(folder.resolve("none.png")).endsWith("found no file"));
  }

  @Test
  void enormousPicturesAreRefusedBeforeTheyAreDecoded() throws IOException {
    var bytes = Files.readAllBytes(write("bomb.png", gradient()));
    var header = java.nio.ByteBuffer.wrap(bytes);
    header.putInt(16, 60_000).putInt(20, 60_000);
    var crc = new java.util.zip.CRC32();
    crc.update(bytes, 12, 17);
    header.putInt(29, (int) crc.getValue());
    var message = refused(Files.write(folder.resolve("bomb.png"), bytes));
    assertTrue(message.endsWith("at most 100000000 pixels, found 60000 × 60000"), message);
  }

  private static final Options SMALL = new Options(4, 4, Channels.RGB, false);

  private ImageFolder open(boolean skip, List<String> told) {
    return ImageFolder.open(folder, new Options(4, 4, Channels.RGB, skip), told::add);
  }

  private void twoClasses() throws IOException {
    write("cats/1.png", plain(BufferedImage.TYPE_INT_RGB, Color.RED));
    write("cats/2.png", plain(BufferedImage.TYPE_INT_RGB, Color.GREEN));
    write("dogs/1.jpg", gradient());
    Files.writeString(folder.resolve("cats/.hidden"), "x");
  }

  @Test
  void aFolderOfClasses() throws IOException {
    twoClasses();
    var examples = open(false, new ArrayList<>());
    assertEquals(List.of("cats", "dogs"), examples.classes());
    assertEquals(3, examples.size());
    assertEquals(1, examples.example(2).target().longAt(0));
    var green = examples.example(1).input();
    assertEquals("[4,4,3]", green.type().shape().toString().replace(" ", ""));
    assertEquals(0, green.longAt(0));
    assertEquals(255, green.longAt(1));
    assertEquals(folder.resolve("dogs/1.jpg"), examples.file(2));
  }

  @Test
  void aBrokenFileInTheMiddleIsNamedAndSkippedOnlyWhenAsked() throws IOException {
    twoClasses();
    var broken = Files.writeString(folder.resolve("cats/15.png"), "broken");
    var refused =
        assertThrows(
            MalformedImageException.class, () -> ImageFolder.open(folder, SMALL, line -> {}));
    assertTrue(refused.getMessage().startsWith(broken.toString()), refused.getMessage());
    var told = new ArrayList<String>();
    var examples = open(true, told);
    assertEquals(3, examples.size());
    assertEquals(255, examples.example(1).input().longAt(1), "the one behind has moved up");
    assertEquals(1, told.size());
    assertTrue(told.getFirst().startsWith("skipped: " + broken), told.getFirst());
  }

  @Test
  void aFolderWithoutTwoFullClassesIsRefused() throws IOException {
    write("cats/1.png", gradient());
    var one = assertThrows(MalformedImageException.class, () -> open(false, new ArrayList<>()));
    assertTrue(one.getMessage().endsWith("two or more classes, found only cats"));
    var dogs = Files.createDirectory(folder.resolve("dogs"));
    var empty = assertThrows(MalformedImageException.class, () -> open(false, new ArrayList<>()));
    assertEquals(dogs + ": expected pictures, found none", empty.getMessage());
  }

  @Test
  void picturesCoverTheSizeAndKeepTheirProportions() throws IOException {
    var wide = new BufferedImage(40, 10, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 10; y++) {
      for (int x = 0; x < 40; x++) {
        wide.setRGB(x, y, (x < 15 || x >= 25 ? Color.BLUE : Color.WHITE).getRGB());
      }
    }
    var fitted =
        ImageFolder.fitted(write("wide.png", wide), new Options(5, 5, Channels.RGB, false));
    assertEquals(new Pixels.Size(5, 5, 3), fitted.size());
    assertEquals(255, fitted.values()[fitted.index(2, 2)], 1e-3);
  }
}
