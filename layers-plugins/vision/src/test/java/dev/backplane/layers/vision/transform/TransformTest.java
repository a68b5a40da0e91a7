package dev.backplane.layers.vision.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.layers.vision.transform.Pixels.Size;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each transform makes of a picture; resizing and turning as PyTorch does. */
class TransformTest {
  private static Pixels picture(int height, int width, int channels) {
    var pixels = new Pixels().resized(new Size(height, width, channels));
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          pixels.values()[pixels.index(y, x) + c] = (37 * y + 11 * x + 71 * c + y * x) % 256;
        }
      }
    }
    return pixels;
  }

  private static float[] values(Pixels pixels) {
    return Arrays.copyOf(pixels.values(), pixels.size().values());
  }

  private static Pixels of(ImageTransform transform, Pixels from, Dice dice) {
    var to = new Pixels().resized(transform.size(from.size()));
    Arrays.fill(to.values(), Float.NaN);
    transform.apply(from, to, dice);
    return to;
  }

  private static void assertFixture(String name, float[] found) throws IOException {
    try (var in = TransformTest.class.getResourceAsStream("/parity/parity.txt")) {
      var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      var line = text.lines().filter(l -> l.startsWith(name + " [")).findFirst().orElseThrow();
      var numbers = line.substring(line.indexOf("= ") + 2).split(" ");
      assertEquals(numbers.length, found.length);
      for (int i = 0; i < found.length; i++) {
        double expected = Double.parseDouble(numbers[i]);
        assertEquals(expected, found[i], 1e-5 + 1e-4 * Math.abs(expected), name + " " + i);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 4", "9, 13", "3, 9"})
  void resizing(int height, int width) throws IOException {
    var found = of(new Resize(height, width), picture(7, 9, 2), new Dice());
    assertEquals(new Size(height, width, 2), found.size());
    assertFixture("resize." + height + "." + width, values(found));
  }

  @Test
  void turning() throws IOException {
    var to = new Pixels().resized(new Size(6, 6, 2));
    Rotate.turn(picture(6, 6, 2), to, Math.toRadians(25));
    assertFixture("rotate", values(to));
  }

  @Test
  void turningIsCounterClockwise() {
    var from = new Pixels().resized(new Size(3, 3, 1));
    Arrays.fill(from.values(), 0);
    from.values()[from.index(1, 2)] = 1;
    var to = new Pixels().resized(from.size());
    Rotate.turn(from, to, Math.PI / 2);
    assertEquals(1, to.values()[to.index(0, 1)], 1e-6);
  }

  @Test
  void cuttingOutTheMiddleAndAnywhere() {
    var from = picture(7, 9, 2);
    var middle = of(new Crop(3, 4), from, new Dice());
    assertEquals(from.values()[from.index(2, 2)], middle.values()[0]);
    assertEquals(from.values()[from.index(4, 5) + 1], middle.values()[middle.index(2, 3) + 1]);
    var corners = new HashSet<Float>();
    for (int i = 0; i < 400; i++) {
      var cut = of(new RandomCrop(6, 8), from, new Dice().begin(1, 0, i));
      corners.add(cut.values()[0]);
    }
    assertEquals(4, corners.size(), "every place occurs");
  }

  @Test
  void flippingNowAndThen() {
    var from = picture(3, 4, 2);
    var always = of(new Flip(1), from, new Dice());
    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 4; x++) {
        for (int c = 0; c < 2; c++) {
          assertEquals(
              from.values()[from.index(y, x) + c], always.values()[always.index(y, 3 - x) + c]);
        }
      }
    }
    assertArrayEquals(values(from), values(of(new Flip(0), from, new Dice())));
    int flipped = 0;
    for (int i = 0; i < 1000; i++) {
      var found = of(new Flip(), from, new Dice().begin(3, 1, i));
      flipped += Arrays.equals(values(found), values(from)) ? 0 : 1;
    }
    assertTrue(Math.abs(flipped - 500) < 80, flipped + " of 1000");
  }

  @Test
  void shiftingByWholePixels() {
    var from = picture(5, 6, 1);
    var seen = new HashSet<String>();
    for (int i = 0; i < 300; i++) {
      var found = of(new Shift(1, 2), from, new Dice().begin(9, 0, i));
      int match = 0;
      for (int down = -1; down <= 1; down++) {
        for (int right = -2; right <= 2; right++) {
          if (Arrays.equals(values(found), values(moved(from, down, right)))) {
            seen.add(down + "," + right);
            match++;
          }
        }
      }
      assertEquals(1, match, "some shift within the bounds");
    }
    assertEquals(15, seen.size(), "every shift occurs");
    // Farther than the picture is wide.
    var away = of(new Shift(40, 40), from, new Dice().begin(9, 0, 1));
    assertTrue(Float.isFinite(away.values()[0]));
  }

  private static Pixels moved(Pixels from, int down, int right) {
    var to = new Pixels().resized(from.size());
    Arrays.fill(to.values(), 0);
    for (int y = 0; y < 5; y++) {
      for (int x = 0; x < 6; x++) {
        if (y - down >= 0 && y - down < 5 && x - right >= 0 && x - right < 6) {
          to.values()[to.index(y, x)] = from.values()[from.index(y - down, x - right)];
        }
      }
    }
    return to;
  }

  @Test
  void noiseHasItsDeviation() {
    var from = new Pixels().resized(new Size(50, 50, 1));
    Arrays.fill(from.values(), 100);
    var found = values(of(new Noise(7), from, new Dice().begin(4, 2, 0)));
    double mean = 0;
    for (float value : found) {
      mean += value / found.length;
    }
    double variance = 0;
    for (float value : found) {
      variance += (value - mean) * (value - mean) / found.length;
    }
    assertEquals(100, mean, 0.6);
    assertEquals(7, Math.sqrt(variance), 0.4);
  }

  @Test
  void normalizingAndStandardizing() {
    var from = picture(2, 2, 3);
    var unit = of(new Normalize(), from, new Dice());
    var standard = of(Standardize.imageNet(), unit, new Dice());
    assertEquals(37 / 255f, unit.values()[unit.index(1, 0)]);
    assertEquals((37 / 255.0 - 0.485) / 0.229, standard.values()[standard.index(1, 0)], 1e-6);
    assertEquals((82 / 255.0 - 0.456) / 0.224, standard.values()[standard.index(0, 1) + 1], 1e-6);
    assertTrue(new Normalize().real() && Standardize.imageNet().real());
  }

  private static void refused(String expected, org.junit.jupiter.api.function.Executable made) {
    var refused = assertThrows(IllegalArgumentException.class, made);
    assertEquals(expected, refused.getMessage());
  }

  @Test
  void whatDoesNotFitIsSaid() {
    var size = new Size(4, 5, 1);
    refused("Resize height: expected 1 or more, found 0", () -> new Resize(0, 3));
    refused(
        "Crop: expected a picture of at least 6 × 2, found 4 × 5 × 1",
        () -> new Crop(6, 2).size(size));
    refused(
        "RandomCrop: expected a picture of at least 2 × 6, found 4 × 5 × 1",
        () -> new RandomCrop(2, 6).size(size));
    refused("Flip probability: expected 0 to 1, found 1.5", () -> new Flip(1.5));
    refused("Shift columns: expected 0 or more, found -1.0", () -> new Shift(0, -1));
    refused("Rotate degrees: expected 0 to 180, found NaN", () -> new Rotate(Double.NaN));
    refused("Noise deviation: expected 0 or more, found -1.0", () -> new Noise(-1));
    refused(
        "Standardize: expected 3 channels, found 4 × 5 × 1",
        () -> Standardize.imageNet().size(size));
    refused(
        "Standardize deviation: expected numbers above 0, found [0.0]",
        () -> new Standardize(List.of(0.0), List.of(0.0)));
  }
}
