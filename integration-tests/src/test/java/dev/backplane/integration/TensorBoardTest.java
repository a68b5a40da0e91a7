package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.backplane.Backplane;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.metric.Accuracy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a run tells TensorBoard, read by TensorBoard's own reader. Runs where there is a Python that
 * has it: the one that {@code BACKPLANE_TENSORBOARD_PYTHON} names, as CI does, or {@code python3}.
 */
class TensorBoardTest {
  private static final int SIDE = 5;
  private static final int CHANNELS = 3;

  @TempDir Path folder;

  /** Coloured pictures of noise, their class by number. */
  private record Pictures(int size) implements Examples {
    static int pixel(int row, int at) {
      return (row * 31 + at * 7) % 256;
    }

    @Override
    public List<Feature> inputs() {
      var stored = TensorType.of(DType.U8, SIDE, SIDE, CHANNELS);
      return List.of(new Feature("picture", stored, DType.F32, 1 / 255.0, 0));
    }

    @Override
    public List<Feature> targets() {
      return List.of(new Feature("class", TensorType.of(DType.U8), DType.I32, 1, 0));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      int width = field == 0 ? SIDE * SIDE * CHANNELS : 1;
      for (int i = 0; i < count; i++) {
        int row = rows[from + i];
        for (int at = 0; at < width; at++) {
          int value = field == 0 ? pixel(row, at) : row % 2;
          target.set(ValueLayout.JAVA_BYTE, (long) i * width + at, (byte) value);
        }
      }
    }
  }

  private static boolean reads(String python) {
    try {
      var process =
          new ProcessBuilder(python, "-c", "import tensorboard").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Optional<String> python() {
    var named = Optional.ofNullable(System.getenv("BACKPLANE_TENSORBOARD_PYTHON"));
    if (named.isPresent()) {
      assertTrue(reads(named.get()), () -> named.get() + " has no tensorboard");
    }
    return Stream.concat(named.stream(), Stream.of("python3"))
        .filter(TensorBoardTest::reads)
        .findFirst();
  }

  /** A JSON value as maps, lists, texts and doubles. */
  private static Object json(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> {
        var fields = new LinkedHashMap<String, Object>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          var name = parser.currentName();
          fields.put(name, json(parser, parser.nextToken()));
        }
        yield fields;
      }
      case START_ARRAY -> {
        var items = new ArrayList<Object>();
        for (var next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          items.add(json(parser, next));
        }
        yield items;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      default -> parser.getText();
    };
  }

  private Map<?, ?> read(String python, Path run) throws Exception {
    var script = BuiltModule.root().resolve("benchmarks/tensorboard-reads.py");
    var out = folder.resolve("out.json");
    var err = folder.resolve("err.txt");
    var process =
        new ProcessBuilder(python, script.toString(), run.toString(), "--json")
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still reading after two minutes");
    assertEquals(0, process.exitValue(), () -> text(err));
    try (var parser = new JsonFactory().createParser(out.toFile())) {
      return (Map<?, ?>) json(parser, parser.nextToken());
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void itsOwnReaderFindsScalarsHistogramsPicturesAndHyperParameters() throws Exception {
    var python = python();
    assumeTrue(python.isPresent(), "no Python with tensorboard here");
    var run = folder.resolve("run");
    var pictures = new Pictures(12);
    Map<String, double[]> values = new LinkedHashMap<>();
    try (var backplane = Backplane.start();
        var trained =
            backplane
                .trainer(
                    Sequential.of(new Flatten(), new Dense(2)),
                    new SparseCategoricalCrossEntropy(),
                    new Adam(0.01))
                .metrics(new Accuracy())
                .note("recipe", "tiny")
                .note("set.units", "16")
                .seed(9)
                .out(run)
                .fit(
                    pictures.batch(4),
                    pictures.batch(12),
                    Epochs.epochs(3),
                    backplane.device("reference"))) {
      trained.parameters().forEach((path, value) -> values.put(path, value.toDoubles()));
    }
    var found = read(python.get(), run);
    assertEquals(3 * 4.0, found.get("scalars"), "loss and accuracy of training and test");
    var histograms = (Map<?, ?>) found.get("histograms");
    assertEquals(values.size(), histograms.size(), histograms::toString);
    values.forEach(
        (path, numbers) -> {
          var histogram = (Map<?, ?>) histograms.get("parameters/" + path);
          assertEquals((double) numbers.length, histogram.get("num"), path);
          var summary = java.util.Arrays.stream(numbers).summaryStatistics();
          assertEquals(summary.getMin(), histogram.get("min"), path);
          assertEquals(summary.getMax(), histogram.get("max"), path);
        });
    var images = (Map<?, ?>) found.get("images");
    assertEquals(8, images.size(), "the first eight pictures");
    for (int i = 0; i < 8; i++) {
      var rows = new ArrayList<List<Double>>();
      for (int y = 0; y < SIDE; y++) {
        var row = new ArrayList<Double>();
        for (int x = 0; x < SIDE * CHANNELS; x++) {
          row.add((double) Pictures.pixel(i, y * SIDE * CHANNELS + x));
        }
        rows.add(row);
      }
      assertEquals(List.of(rows), images.get("picture/" + i), "picture " + i);
    }
    var parameters = (Map<?, ?>) found.get("parameters");
    assertEquals("tiny", parameters.get("recipe"));
    assertEquals(16.0, parameters.get("set.units"));
    assertEquals(9.0, parameters.get("seed"));
    assertEquals("optimizer.adam", parameters.get("optimizer"));
  }
}
