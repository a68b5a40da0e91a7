package dev.backplane.launcher.plots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BackplaneException;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is drawn, read back from the files. */
class PlotsTest {
  private static final List<Map<String, Double>> HISTORY =
      List.of(
          Map.of("train_loss", 2.0, "test_loss", 2.5, "train_accuracy", 0.5, "test_accuracy", 0.4),
          Map.of("train_loss", 1.0, "test_loss", 1.9, "train_accuracy", 0.7, "test_accuracy", 0.6),
          Map.of("train_loss", .5, "test_loss", 1.8, "train_accuracy", 0.9, "test_accuracy", 0.6));

  @TempDir Path folder;

  private static long count(BufferedImage image, Color color) {
    int rgb = color.getRGB();
    return IntStream.range(0, image.getWidth() * image.getHeight())
        .filter(i -> image.getRGB(i % image.getWidth(), i / image.getWidth()) == rgb)
        .count();
  }

  private static BufferedImage read(Path file) throws Exception {
    var image = ImageIO.read(file.toFile());
    assertTrue(image != null, () -> file + " is no picture");
    return image;
  }

  private List<String> names() throws Exception {
    try (var files = Files.list(folder.resolve("plots"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void eachFigureHasAPictureWithALineForEachSet() throws Exception {
    var files = Plots.curves(HISTORY, folder.resolve("plots"));
    assertEquals(2, files.size());
    assertEquals(List.of("accuracy.png", "loss.png"), names());
    for (var file : files) {
      var image = read(file);
      assertEquals(Curves.WIDTH, image.getWidth());
      assertEquals(Curves.HEIGHT, image.getHeight());
      assertTrue(count(image, Curves.COLORS.get(0)) > 300, "the line of train_ in " + file);
      assertEquals(0, count(image, Curves.COLORS.get(1)), "no line of validation_ in " + file);
      assertTrue(count(image, Curves.COLORS.get(2)) > 300, "the line of test_ in " + file);
    }
  }

  @Test
  void aLineGoesWhereItsValuesAre() throws Exception {
    var falling = List.of(Map.of("train_loss", 1.0), Map.of("train_loss", 0.0));
    var image = read(Plots.curves(falling, folder.resolve("plots")).getFirst());
    int rgb = Curves.COLORS.getFirst().getRGB();
    // Within the plot alone: the legend stands to the right of it.
    int right = Curves.WIDTH * 3 / 4;
    var rows =
        IntStream.range(0, right)
            .map(
                x ->
                    IntStream.range(0, Curves.HEIGHT)
                        .filter(y -> image.getRGB(x, y) == rgb)
                        .findFirst()
                        .orElse(-1))
            .filter(y -> y >= 0)
            .toArray();
    assertTrue(rows.length > 300, () -> "columns with a line: " + rows.length);
    assertTrue(rows[0] < Curves.HEIGHT / 4, () -> "begins above, found row " + rows[0]);
    int last = rows[rows.length - 1];
    assertTrue(last > Curves.HEIGHT / 2, () -> "ends below, found row " + last);
  }

  @Test
  void whatIsNoNumberIsLeftOutAndOneEpochIsDrawn() throws Exception {
    var one =
        List.of(
            Map.of("train_loss", Double.POSITIVE_INFINITY, "test_loss", 3.0, "validation_f1", 0.0),
            Map.of("train_loss", Double.NaN));
    Plots.curves(one, folder.resolve("plots"));
    assertEquals(List.of("f1.png", "loss.png"), names());
    var image = read(folder.resolve("plots/loss.png"));
    assertEquals(0, count(image, Curves.COLORS.get(0)));
    assertTrue(count(image, Curves.COLORS.get(2)) > 20);
  }

  @Test
  void noEpochIsNoPictureAndManyAreOne() throws Exception {
    assertEquals(List.of(), Plots.curves(List.of(), folder.resolve("plots")));
    var many =
        IntStream.range(0, 1000).mapToObj(i -> Map.of("validation_loss", 1.0 / (i + 1))).toList();
    var image = read(Plots.curves(many, folder.resolve("plots")).getFirst());
    assertTrue(count(image, Curves.COLORS.get(1)) > 300);
  }

  @Test
  void namesOfFiguresStayWithinTheFolder() throws Exception {
    Plots.curves(List.of(Map.of("test_../x y", 1.0)), folder.resolve("plots"));
    assertEquals(List.of(".._x_y.png"), names());
  }

  @Test
  void theMatrixIsDarkWhereManyAre() throws Exception {
    var confusion =
        new Confusion(List.of("cat", "dog"), List.of(List.of(90L, 0L), List.of(0L, 90L)));
    var image = read(Plots.confusion(confusion, folder.resolve("plots")));
    assertEquals(Matrix.side(2), image.getWidth());
    assertEquals(Matrix.side(2), image.getHeight());
    // The first class stands above: both dark cells are on the diagonal from the upper left.
    int side = Matrix.side(2);
    assertEquals(Matrix.MOST.getRGB(), image.getRGB(side / 4, side / 4));
    assertEquals(Matrix.LEAST.getRGB(), image.getRGB(side / 4, side / 2 + side / 8));
  }

  @Test
  void aMatrixOfAThousandClassesIsStillAPicture() throws Exception {
    var names = IntStream.range(0, 1000).mapToObj(i -> "class " + i).toList();
    var counts =
        IntStream.range(0, 1000)
            .mapToObj(i -> IntStream.range(0, 1000).mapToObj(j -> i == j ? 5L : 0L).toList())
            .toList();
    var image = read(Plots.confusion(new Confusion(names, counts), folder.resolve("plots")));
    assertEquals(2000, image.getWidth());
  }

  @Test
  void aMatrixHasANumberForEachPair() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Confusion(List.of("cat", "dog"), List.of(List.of(1L, 2L))));
    assertTrue(e.getMessage().contains("found 2 classes and rows of [2]"), e.getMessage());
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws Exception {
    var file = Files.writeString(folder.resolve("plots"), "a file, not a folder");
    var e = assertThrows(BackplaneException.class, () -> Plots.curves(HISTORY, file));
    assertFalse(e instanceof PlotsUnavailableException, e::toString);
    assertTrue(e.getMessage().contains(".png cannot be written"), e.getMessage());
  }

  @Test
  void aConfusionMatrixTellsEachClasssFigures() {
    var confusion =
        new Confusion(
            List.of("a", "b", "c"),
            List.of(List.of(3L, 1L, 0L), List.of(2L, 4L, 0L), List.of(0L, 0L, 0L)));
    assertEquals(List.of(4L, 6L, 0L), IntStream.range(0, 3).mapToObj(confusion::examples).toList());
    assertEquals(3 / 5.0, confusion.precision(0));
    assertEquals(3 / 4.0, confusion.recall(0));
    assertEquals(2 / (5 / 3.0 + 4 / 3.0), confusion.f1(0), 1e-12);
    assertEquals(4 / 5.0, confusion.precision(1));
    assertEquals(4 / 6.0, confusion.recall(1), 1e-12);
    assertEquals(0, confusion.precision(2) + confusion.recall(2) + confusion.f1(2));
  }
}
