package dev.backplane.layers.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.BackplaneException;
import dev.backplane.Trainer.Epochs;
import dev.backplane.data.Batches;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cut to the length of their batch, rows teach a model the same as whole rows in that order. */
class BucketsTest {
  private static final int LENGTH = 6;
  private static final int ROWS = 23;
  private static final int BATCH = 4;

  /** Sources, targets and what follows: ids from 1 to 6, of 1 to 6 steps, then padding. */
  private static final class Sentences implements Examples {
    private final int[][][] fields = new int[3][ROWS][LENGTH];

    Sentences() {
      var random = new Random(3);
      for (var field : fields) {
        for (int row = 0; row < ROWS; row++) {
          int steps = 1 + row % 3 * 2 + (field == fields[0] ? random.nextInt(2) : 0);
          for (int step = 0; step < steps; step++) {
            field[row][step] = 1 + random.nextInt(6);
          }
        }
      }
    }

    @Override
    public int size() {
      return ROWS;
    }

    @Override
    public List<Feature> inputs() {
      var type = TensorType.of(DType.I32, LENGTH);
      return List.of(Feature.of("source", type), Feature.of("target", type));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("next", TensorType.of(DType.I32, LENGTH)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(
            fields[field][rows[from + i]],
            0,
            target,
            ValueLayout.JAVA_INT_UNALIGNED,
            4L * LENGTH * i,
            LENGTH);
      }
    }
  }

  private record Trained(Map<String, Double> metrics, Map<String, Literal> parameters) {}

  private static Trained trained(Backplane backplane, Batches train, Batches test) {
    var model = new Transformer(7, 7, 8, 2, 6, 1);
    var loss = new SparseCategoricalCrossEntropy().ignoring(0);
    try (var run =
        backplane
            .trainer(model, loss, new Sgd(0.5))
            .seed(1)
            .fit(train, test, Epochs.epochs(1), backplane.device("reference"))) {
      return new Trained(run.metrics(), run.parameters());
    }
  }

  @Test
  void batchesOfShortRowsTrainAndMeasureAsWholeRowsDo() {
    var whole = new Sentences();
    var batches = whole.bucketed(List.of(2, 4, LENGTH)).shuffle(5).batch(BATCH);
    var order = batches.order(0);
    int count = batches.count();
    assertTrue(IntStream.range(0, count).anyMatch(batch -> batches.length(order, batch) == 2));
    try (var backplane = Backplane.start()) {
      var expected = trained(backplane, whole.select(order).batch(BATCH), whole.batch(ROWS));
      var found = trained(backplane, batches, batches.batch(BATCH + 1));
      expected
          .metrics()
          .forEach((name, value) -> assertEquals(value, found.metrics().get(name), 1e-5, name));
      expected.parameters().forEach((path, value) -> close(path, value, found.parameters()));
    }
  }

  private static Map<String, Literal> resumed(
      Backplane backplane, Path folder, List<Integer> lengths, int epochs) {
    var data = new Sentences().bucketed(lengths);
    try (var run =
        backplane
            .trainer(
                new Transformer(7, 7, 8, 2, 6, 1).dropout(0.5),
                new SparseCategoricalCrossEntropy().ignoring(0),
                new Sgd(0.5))
            .seed(1)
            .out(folder)
            .resume(Files.isDirectory(folder))
            .fit(
                data.shuffle(5).batch(BATCH),
                data.batch(ROWS),
                Epochs.epochs(epochs),
                backplane.device("reference"))) {
      return run.parameters();
    }
  }

  @Test
  void aResumedRunGoesOnWithTheSameBatchesOrNotAtAll(@TempDir Path folder) {
    var lengths = List.of(2, 4, LENGTH);
    try (var backplane = Backplane.start()) {
      var whole = resumed(backplane, folder.resolve("whole"), lengths, 2);
      var parts = folder.resolve("parts");
      resumed(backplane, parts, lengths, 1);
      var e =
          assertThrows(
              BackplaneException.class, () -> resumed(backplane, parts, List.of(3, 4, LENGTH), 2));
      assertTrue(
          String.valueOf(e.getMessage()).contains("training.buckets[0] is 2 in the run, 3 now"),
          "" + e);
      assertEquals(whole, resumed(backplane, parts, lengths, 2));
    }
  }

  private static void close(String path, Literal value, Map<String, Literal> parameters) {
    var expected = value.toFloats();
    var found = parameters.get(path).toFloats();
    for (int i = 0; i < expected.length; i++) {
      double allowed = 1e-5 + 1e-4 * Math.abs(expected[i]);
      assertTrue(
          Math.abs(found[i] - expected[i]) <= allowed,
          path + "[" + i + "]: expected " + expected[i] + ", found " + found[i]);
    }
  }
}
