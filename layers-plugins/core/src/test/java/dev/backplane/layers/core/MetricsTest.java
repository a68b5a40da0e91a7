package dev.backplane.layers.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.layers.core.loss.ClassWeighted;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.metric.Accuracy;
import dev.backplane.layers.core.metric.Average;
import dev.backplane.layers.core.metric.ConfusionMatrix;
import dev.backplane.layers.core.metric.F1;
import dev.backplane.layers.core.metric.Precision;
import dev.backplane.layers.core.metric.Recall;
import dev.backplane.layers.core.metric.RocAuc;
import dev.backplane.layers.core.metric.TopK;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Metric;
import dev.backplane.nn.TabledMetric;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Metrics over two batches, against what counting one by one gives. */
class MetricsTest {
  private static final int CLASSES = 4;
  private static final int SIZE = 30;

  /** Logits and labels, some labels never said and class 3 never true. */
  private record Sample(float[] logits, int[] labels, int classes) {
    static Sample of(long seed, int classes, int true_) {
      var random = new SplittableRandom(seed);
      var logits = new float[SIZE * classes];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) (4 * random.nextDouble() - 2);
      }
      var labels = new int[SIZE];
      for (int i = 0; i < SIZE; i++) {
        labels[i] = random.nextInt(true_);
      }
      return new Sample(logits, labels, classes);
    }

    int said(int row) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = logits[row * classes + c] > logits[row * classes + best] ? c : best;
      }
      return best;
    }

    int count(int truth, int said) {
      int count = 0;
      for (int i = 0; i < SIZE; i++) {
        count += labels[i] == truth && said(i) == said ? 1 : 0;
      }
      return count;
    }
  }

  private static final Sample SAMPLE = Sample.of(1, CLASSES, CLASSES - 1);

  /** The figure and, of a tabled metric, its table, after two batches of different sizes. */
  private static List<Literal> measure(Metric metric, Sample sample, Shape rowShape) {
    try (var backplane = Backplane.start()) {
      var compiled =
          backplane.compile(
              in -> {
                var scope = in.get(0).scope();
                var zero = metric.state().stream().map(t -> Ops.fill(scope, t, 0)).toList();
                var state = new Tensors(zero);
                for (int[] part : new int[][] {{0, 20}, {20, SIZE}}) {
                  var z = in.get(0).slice(0, part[0], part[1]);
                  var labels = in.get(1).slice(0, part[0], part[1]);
                  var weights = Ops.fill(scope, TensorType.f32(part[1] - part[0]), 1);
                  state =
                      metric.update(
                          state,
                          Tensors.of(z),
                          new Batch(Tensors.of(z), Tensors.of(labels), weights));
                }
                var results = new ArrayList<Tensor>(List.of(metric.result(state)));
                if (metric instanceof TabledMetric tabled) {
                  results.add(tabled.table(state));
                }
                return new Tensors(results);
              },
              backplane.device("reference"));
      var dimensions = new ArrayList<>(rowShape.dimensions());
      dimensions.addFirst(SIZE);
      return compiled.call(
          List.of(
              Literal.of(new Shape(dimensions), sample.logits()),
              Literal.fill(TensorType.of(DType.I32, SIZE), i -> sample.labels()[(int) i])));
    }
  }

  private static List<Literal> measure(Metric metric) {
    return measure(metric, SAMPLE, Shape.of(CLASSES));
  }

  private static double precision(int c) {
    int said = 0;
    for (int t = 0; t < CLASSES; t++) {
      said += SAMPLE.count(t, c);
    }
    return said == 0 ? 0 : SAMPLE.count(c, c) / (double) said;
  }

  private static int support(int c) {
    int support = 0;
    for (int s = 0; s < CLASSES; s++) {
      support += SAMPLE.count(c, s);
    }
    return support;
  }

  private static double recall(int c) {
    return support(c) == 0 ? 0 : SAMPLE.count(c, c) / (double) support(c);
  }

  private static double f1(int c) {
    double sum = precision(c) + recall(c);
    return sum == 0 ? 0 : 2 * precision(c) * recall(c) / sum;
  }

  private interface OfClass {
    double of(int c);
  }

  private static void assertPerClass(OfClass expected, TabledMetric macro) {
    var found = measure(macro);
    double mean = 0;
    for (int c = 0; c < CLASSES; c++) {
      assertEquals(expected.of(c), found.get(1).doubleAt(c), 1e-6, "class " + c);
      mean += expected.of(c) / CLASSES;
    }
    assertEquals(mean, found.get(0).toDouble(), 1e-6);
  }

  @Test
  void theConfusionMatrixCountsTruthByWhatWasSaid() {
    var found = measure(new ConfusionMatrix(CLASSES));
    double right = 0;
    double chance = 0;
    for (int t = 0; t < CLASSES; t++) {
      int said = 0;
      for (int s = 0; s < CLASSES; s++) {
        assertEquals(SAMPLE.count(t, s), found.get(1).doubleAt(t * CLASSES + s), t + "," + s);
        said += SAMPLE.count(s, t);
      }
      right += SAMPLE.count(t, t) / (double) SIZE;
      chance += said * support(t) / (double) (SIZE * SIZE);
    }
    assertEquals((right - chance) / (1 - chance), found.get(0).toDouble(), 1e-6);
    assertEquals(right, measure(new Accuracy()).getFirst().toDouble(), 1e-6);
  }

  @Test
  void precisionRecallAndF1AreThoseOfEachClassAndTheirMean() {
    assertEquals(0, support(CLASSES - 1), "a class that is never true belongs to the test");
    assertPerClass(MetricsTest::precision, new Precision(CLASSES));
    assertPerClass(MetricsTest::recall, new Recall(CLASSES));
    assertPerClass(MetricsTest::f1, new F1(CLASSES));
    double weighted = 0;
    for (int c = 0; c < CLASSES; c++) {
      weighted += f1(c) * support(c) / SIZE;
    }
    assertEquals(weighted, measure(new F1(CLASSES, Average.WEIGHTED)).getFirst().toDouble(), 1e-6);
    assertEquals(
        precision(CLASSES - 1),
        measure(new Precision(CLASSES, Average.LAST)).getFirst().toDouble(),
        1e-6);
  }

  @Test
  void anAnswerIsAmongTheTopWhereFewerThanKLogitsAreLarger() {
    for (int k = 1; k <= CLASSES; k++) {
      int among = 0;
      for (int i = 0; i < SIZE; i++) {
        int larger = 0;
        for (int c = 0; c < CLASSES; c++) {
          float own = SAMPLE.logits()[i * CLASSES + SAMPLE.labels()[i]];
          larger += SAMPLE.logits()[i * CLASSES + c] > own ? 1 : 0;
        }
        among += larger < k ? 1 : 0;
      }
      assertEquals(among / (double) SIZE, measure(new TopK(k)).getFirst().toDouble(), 1e-6);
    }
  }

  private static double area(Sample sample) {
    double wins = 0;
    int pairs = 0;
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        if (sample.labels()[i] == 1 && sample.labels()[j] == 0) {
          pairs++;
          wins += (1 + Math.signum(sample.logits()[i] - sample.logits()[j])) / 2;
        }
      }
    }
    return wins / pairs;
  }

  @Test
  void theAreaUnderTheCurveIsTheShareOfPairsInTheRightOrder() {
    var sample = Sample.of(3, 1, 2);
    assertEquals(area(sample), measure(sample, Shape.scalar()), 0.003);
    assertEquals(area(sample), measure(sample, Shape.of(1)), 0.003);
    // Two logits: their difference.
    var two = Sample.of(4, 2, 2);
    var differences = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      differences[i] = two.logits()[2 * i + 1] - two.logits()[2 * i];
    }
    assertEquals(area(new Sample(differences, two.labels(), 1)), measure(two, Shape.of(2)), 0.003);
    // Far out in the tails, where a logistic function has no bits left.
    var far = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      far[i] = sample.labels()[i] * 4 + 20 + i * 0.01f;
    }
    assertTrue(measure(new Sample(far, sample.labels(), 1), Shape.scalar()) > 0.99);
    assertEquals(0.5, measure(new Sample(far, new int[SIZE], 1), Shape.scalar()), 0);
  }

  private static double measure(Sample sample, Shape row) {
    return measure(new RocAuc(), sample, row).getFirst().toDouble();
  }

  @Test
  void oneLogitIsTwoClasses() {
    var sample = Sample.of(5, 1, 2);
    var table = measure(new ConfusionMatrix(2), sample, Shape.scalar()).get(1);
    var counts = new int[4];
    for (int i = 0; i < SIZE; i++) {
      counts[2 * sample.labels()[i] + (sample.logits()[i] > 0 ? 1 : 0)]++;
    }
    for (int i = 0; i < 4; i++) {
      assertEquals(counts[i], table.doubleAt(i));
    }
  }

  @Test
  void aClassWeightMultipliesTheLossOfItsExamples() {
    var weights = List.of(0.5, 2.0, 3.0, 1.0);
    try (var backplane = Backplane.start()) {
      var compiled =
          backplane.compile(
              in -> {
                var ones = Ops.fill(in.get(0).scope(), TensorType.f32(SIZE), 1);
                var batch = new Batch(Tensors.of(in.get(0)), Tensors.of(in.get(1)), ones);
                var plain = new SparseCategoricalCrossEntropy();
                return Tensors.of(
                    plain.apply(batch.inputs(), batch),
                    new ClassWeighted(plain, weights).apply(batch.inputs(), batch));
              },
              backplane.device("reference"));
      var losses =
          compiled.call(
              List.of(
                  Literal.of(Shape.of(SIZE, CLASSES), SAMPLE.logits()),
                  Literal.fill(TensorType.of(DType.I32, SIZE), i -> SAMPLE.labels()[(int) i])));
      for (int i = 0; i < SIZE; i++) {
        double weight = weights.get(SAMPLE.labels()[i]);
        assertEquals(weight * losses.get(0).doubleAt(i), losses.get(1).doubleAt(i), 1e-5);
      }
    }
    assertEquals(List.of(2.0, 2.0 / 3), ClassWeighted.balanced(1, 3));
    assertThrows(IllegalArgumentException.class, () -> ClassWeighted.balanced(1, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ClassWeighted(new SparseCategoricalCrossEntropy(), List.of(1.0, -1.0)));
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    assertThrows(IllegalArgumentException.class, () -> new F1(1));
    assertThrows(IllegalArgumentException.class, () -> new TopK(0));
    var failure =
        assertThrows(ShapeException.class, () -> measure(new RocAuc(), SAMPLE, Shape.of(2, 2)));
    assertTrue(String.valueOf(failure.getMessage()).startsWith("RocAuc M1"), failure.getMessage());
  }
}
