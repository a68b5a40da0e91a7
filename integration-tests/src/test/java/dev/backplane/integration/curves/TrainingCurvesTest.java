package dev.backplane.integration.curves;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.Backplane;
import dev.backplane.data.Examples;
import dev.backplane.layers.attention.Embedding;
import dev.backplane.layers.attention.Transformer;
import dev.backplane.layers.convolution.Convolution2d;
import dev.backplane.layers.convolution.MaxPooling2d;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.layers.parity.Fixtures;
import dev.backplane.layers.recurrent.Lstm;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * From the same first values and batches the loss goes the way of PyTorch's, to 0.1 % at each of
 * the first hundred steps; {@code generate.py} beside the fixture made it.
 */
class TrainingCurvesTest {
  private static final int STEPS = 100;
  private static final int BATCH = 8;

  private static Backplane backplane;
  private static Fixtures fixtures;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
    fixtures = Fixtures.read(TrainingCurvesTest.class, "/curves/curves.txt");
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  @Test
  void ofTwoLstms() {
    var model =
        Sequential.of(
            new Embedding(20, 8).withPadding(),
            new Lstm(12).withSequences(),
            new Lstm(8),
            new Dense(3));
    follows("lstm", model, new SparseCategoricalCrossEntropy(), Given.words(), 0.01);
  }

  @Test
  void ofAConvolution() {
    var model =
        Sequential.of(
            new Convolution2d(4, 3, new Relu()), new MaxPooling2d(2), new Flatten(), new Dense(3));
    follows("cnn", model, new SparseCategoricalCrossEntropy(), Given.pictures(), 0.003);
  }

  @Test
  void ofATransformer() {
    var loss = new SparseCategoricalCrossEntropy().ignoring(0);
    var model = new Transformer(12, 12, 16, 2, 32, 1);
    follows("transformer", model, loss, Given.translations(), 0.003);
  }

  private static void follows(String name, Layer model, Loss loss, Examples examples, double rate) {
    var expected = fixtures.get(name);
    try (var training =
        backplane
            .trainer(model, loss, new Adam(rate))
            .open(examples.batch(BATCH), backplane.device("cpu"))) {
      training.load(first(training.parameters()));
      int epoch = examples.size() / BATCH;
      double before = 0;
      for (int step = 0; step < STEPS; step++) {
        training.step();
        // The figure is the mean since the epoch began.
        int steps = step % epoch + 1;
        double sum = training.metrics().get("loss") * steps;
        double found = steps == 1 ? sum : sum - before;
        before = sum;
        double bound = 1e-3 * expected.doubleAt(step);
        assertEquals(expected.doubleAt(step), found, bound, name + ", step " + (step + 1));
      }
    }
  }

  /** Biases are 0, scales 1, everything else is uniform in ±1/√(all but the last dimension). */
  private static Map<String, Literal> first(Map<String, Literal> parameters) {
    var first = new TreeMap<String, Literal>();
    parameters.forEach(
        (path, value) -> {
          var shape = value.type().shape();
          if (shape.rank() == 1) {
            first.put(path, Literal.fill(value.type(), _ -> path.endsWith("scale") ? 1 : 0));
          } else {
            first.put(path, uniform(path, shape));
          }
        });
    return first;
  }

  private static Literal uniform(String path, Shape shape) {
    var numbers = new Numbers(path.hashCode());
    double limit = 1 / Math.sqrt((double) shape.size() / shape.last());
    var values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * numbers.next() - 1) * limit);
    }
    return Literal.of(shape, values);
  }
}
