package dev.backplane.integration.curves;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Training;
import dev.backplane.data.Examples;
import dev.backplane.layers.attention.Embedding;
import dev.backplane.layers.convolution.Convolution2d;
import dev.backplane.layers.convolution.MaxPooling2d;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.layers.recurrent.Lstm;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.op.Precision;
import dev.backplane.tensor.DType;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Multiplying in bf16 a training goes the way of f32, on the CPU: 8 bits of mantissa are a relative
 * error of 2⁻⁹ in each operand, and over a hundred steps of Adam the loss stays within 2 % of its
 * first value.
 */
class MixedPrecisionTest {
  private static final int STEPS = 100;
  private static final int BATCH = 8;
  private static final double TOLERANCE = 0.02;

  private static Backplane backplane;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  private static Training open(Layer model, Examples examples, Precision precision) {
    return backplane
        .trainer(model, new SparseCategoricalCrossEntropy(), new Adam(0.01))
        .seed(7)
        .precision(precision)
        .open(examples.batch(BATCH), backplane.device("cpu"));
  }

  private static void follows(Layer model, Examples examples) {
    try (var full = open(model, examples, Precision.FULL);
        var narrow = open(model, examples, Precision.BF16)) {
      assertEquals(full.parameters(), narrow.parameters(), "they begin with the same values");
      double first = Double.NaN;
      boolean differs = false;
      for (int step = 0; step < STEPS; step++) {
        full.step();
        narrow.step();
        double expected = full.metrics().get("loss");
        double found = narrow.metrics().get("loss");
        first = step == 0 ? expected : first;
        differs |= expected != found;
        assertEquals(expected, found, TOLERANCE * first, "step " + (step + 1));
      }
      assertTrue(full.metrics().get("loss") < 0.9 * first, "it learns");
      assertTrue(differs, "something was rounded");
      assertNotEquals(full.parameters(), narrow.parameters());
      for (Map.Entry<String, ?> parameter : narrow.parameters().entrySet()) {
        assertEquals(
            DType.F32, narrow.parameters().get(parameter.getKey()).type().dtype(), "state");
      }
      assertTrue(
          narrow.why().stream().allMatch(placed -> placed.device().equals("cpu")),
          () -> narrow.why().toString());
    }
  }

  /** The network of fashion-mnist-mlp, on small pictures. */
  @Test
  void ofTheFirstPictureRecipe() {
    follows(
        Sequential.of(new Flatten(), new Dense(128, new Relu()), new Dense(10)), Given.pictures());
  }

  @Test
  void ofAConvolution() {
    follows(
        Sequential.of(
            new Convolution2d(4, 3, new Relu()), new MaxPooling2d(2), new Flatten(), new Dense(3)),
        Given.pictures());
  }

  @Test
  void ofALoop() {
    follows(
        Sequential.of(new Embedding(20, 8).withPadding(), new Lstm(12), new Dense(3)),
        Given.words());
  }
}
