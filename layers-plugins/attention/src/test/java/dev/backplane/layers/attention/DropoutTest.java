package dev.backplane.layers.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.layers.core.loss.MeanSquaredError;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Dropping happens in training only, and the same again with the same seed. */
class DropoutTest {
  private static Backplane backplane;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  /**
   * What a step leaves of a model.
   *
   * @param before the prediction before the step
   * @param loss of the step
   * @param after the prediction after it
   */
  private record Step(Literal before, double loss, Literal after) {}

  private static Step step(Layer layer, long seed) {
    try (var training =
        backplane
            .trainer(Sequential.of(layer), new MeanSquaredError(), new Sgd(0.1))
            .seed(seed)
            .open(new Waves().batch(4), backplane.device("reference"))) {
      var before = training.predict(List.of(Waves.X)).getFirst();
      training.step();
      double loss = training.metrics().get("loss");
      return new Step(before, loss, training.predict(List.of(Waves.X)).getFirst());
    }
  }

  static Stream<Arguments> layers() {
    return Stream.of(
        Arguments.of(new MultiHeadAttention(2), new MultiHeadAttention(2).dropout(0.5)),
        Arguments.of(
            new MultiHeadAttention(2).withCausality(),
            new MultiHeadAttention(2).withCausality().dropout(0.5)),
        Arguments.of(new TransformerEncoder(2, 6), new TransformerEncoder(2, 6).dropout(0.3)));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void itIsForTrainingOnlyAndRepeats(Layer whole, Layer dropping) {
    var without = step(whole, 3);
    var with = step(dropping, 3);
    assertEquals(Shape.of(4, 5, 8), with.before().type().shape());
    assertEquals(without.before(), with.before());
    assertNotEquals(without.loss(), with.loss());
    assertNotEquals(without.after(), with.after());
    assertTrue(Double.isFinite(with.loss()));
    assertEquals(with, step(dropping, 3));
  }
}
