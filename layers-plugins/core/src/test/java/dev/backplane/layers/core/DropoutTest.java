package dev.backplane.layers.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.Training;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.initializer.Constant;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Sequential;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What training sees of ones, by their gradient; what prediction sees. */
class DropoutTest {
  private static final int UNITS = 4000;

  /** Ones that are learned. */
  private record Ones() implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor x) {
      return x.add(forward.parameter("ones", Shape.of(UNITS), new Constant(1)));
    }
  }

  private record Sum() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      return outputs.only().sum(1);
    }
  }

  private record Zero() implements Examples {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("x", TensorType.f32(UNITS)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("y", TensorType.f32()));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      target.fill((byte) 0);
    }
  }

  /** The factors of two steps. */
  private static List<float[]> factors(double rate, String device) {
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(Sequential.of(new Ones(), new Dropout(rate)), new Sum(), new Sgd(1))
                .seed(3)
                .open(new Zero().batch(1), backplane.device(device))) {
      var zero = Literal.fill(TensorType.f32(1, UNITS), i -> 0);
      var ones = Literal.fill(TensorType.f32(1, UNITS), i -> 1);
      assertEquals(ones, training.predict(List.of(zero)).getFirst(), "predictions drop nothing");
      var first = moved(training);
      return List.of(first, moved(training));
    }
  }

  private static float[] moved(Training training) {
    var before = training.parameters().get("ones_1/ones").toFloats();
    training.step();
    var after = training.parameters().get("ones_1/ones").toFloats();
    for (int i = 0; i < after.length; i++) {
      after[i] = before[i] - after[i];
    }
    return after;
  }

  @Test
  void aShareIsDroppedAndTheRestGrowsByAsMuch() {
    for (var device : List.of("reference", "cpu")) {
      var steps = factors(0.25, device);
      for (var factors : steps) {
        int kept = 0;
        for (float factor : factors) {
          assertTrue(Math.abs(factor) < 1e-6 || Math.abs(factor - 4 / 3.0) < 1e-5, "" + factor);
          kept += factor > 1 ? 1 : 0;
        }
        // Five standard deviations of 4,000 draws are 3.4 points.
        assertEquals(0.75, kept / (double) UNITS, 0.034);
      }
      assertNotEquals(Literal.of(steps.get(0)), Literal.of(steps.get(1)), "each step draws anew");
    }
  }

  @Test
  void nothingIsDroppedAtZeroAndEverythingNever() {
    for (float factor : factors(0, "reference").getFirst()) {
      assertEquals(1, factor);
    }
    for (double rate : new double[] {-0.1, 1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new Dropout(rate));
    }
  }
}
