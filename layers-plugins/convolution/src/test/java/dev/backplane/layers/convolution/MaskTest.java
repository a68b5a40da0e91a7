package dev.backplane.layers.convolution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backplane.Backplane;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.parity.Fixtures;
import dev.backplane.layers.parity.LayerParity;
import dev.backplane.nn.Layer;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pooling over all steps leaves out those that are padding. */
class MaskTest {
  private static final Literal X =
      Literal.of(Shape.of(2, 3, 2), 1f, -8, 3, -2, 100, 100, 7, 7, 7, 7, 7, 7);
  private static final Literal MASK =
      Literal.fill(TensorType.of(DType.BOOL, 2, 3), i -> i < 2 ? 1 : 0);
  private static final Literal WEIGHTS = Literal.of(Shape.of(2, 2), 1f, 1, 1, 1);

  private static Backplane backplane;

  @BeforeAll
  static void start() {
    backplane = Backplane.start();
  }

  @AfterAll
  static void stop() {
    backplane.close();
  }

  private static LayerParity.Results run(Layer layer, Literal mask) {
    Layer checked =
        (forward, inputs) -> {
          var outputs = layer.apply(forward, inputs);
          assertFalse(forward.mask().isPresent());
          return outputs;
        };
    return new LayerParity(backplane, "reference", new Fixtures(Map.of()))
        .run(checked, Map.of("input.0", X), Optional.of(mask), List.of(WEIGHTS));
  }

  @Test
  void theMeanIsThatOfTheRealSteps() {
    var results = run(new GlobalAveragePooling(), MASK);
    assertArrayEquals(new float[] {2, -5, 0, 0}, results.values().getFirst().toFloats());
    assertArrayEquals(
        new float[] {0.5f, 0.5f, 0.5f, 0.5f, 0, 0, 0, 0, 0, 0, 0, 0},
        results.gradients().get("input.0").toFloats());
  }

  @Test
  void theLargestIsThatOfTheRealSteps() {
    var results = run(new GlobalMaxPooling(), MASK);
    assertArrayEquals(new float[] {3, -2, 0, 0}, results.values().getFirst().toFloats());
    assertArrayEquals(
        new float[] {0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0},
        results.gradients().get("input.0").toFloats());
  }

  @Test
  void whatIsFlatHasNoSteps() {
    var scalars =
        new LayerParity(backplane, "reference", new Fixtures(Map.of()))
            .run(
                (forward, inputs) -> {
                  var outputs = new Flatten().apply(forward, inputs);
                  assertFalse(forward.mask().isPresent());
                  return outputs;
                },
                Map.of("input.0", X),
                Optional.of(MASK),
                List.of(Literal.fill(TensorType.f32(2, 6), i -> 1)));
    assertArrayEquals(X.toFloats(), scalars.values().getFirst().toFloats());
  }

  @Test
  void aMaskOfOtherStepsIsRefused() {
    var mask = Literal.fill(TensorType.of(DType.BOOL, 2, 4), i -> 1);
    var found = assertThrows(ShapeException.class, () -> run(new GlobalAveragePooling(), mask));
    assertEquals(
        "GlobalAveragePooling C4: a mask bool[2,4] needs an input [batch, steps, channels] of its"
            + " steps, found f32[2,3,2]",
        found.getMessage());
  }
}
