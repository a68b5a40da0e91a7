package dev.backplane.layers.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.initializer.Zeros;
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
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a training step sees of ones: the gradient of the sum is the mask itself. */
class SpecAugmentTest {
  private static final int BATCH = 16;
  private static final int STEPS = 12;
  private static final int BINS = 8;

  /** Adds a parameter of one example's shape per batch, 0 at first. */
  private record Shift() implements UnaryLayer {
    @Override
    public Tensor apply(Forward forward, Tensor x) {
      return x.add(forward.parameter("input", x.shape(), new Zeros()));
    }
  }

  private record Sum() implements Loss {
    @Override
    public Tensor apply(Tensors outputs, Batch batch) {
      return outputs.only().sum(1, 2);
    }
  }

  private record Ones() implements Examples {
    @Override
    public int size() {
      return BATCH;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("x", TensorType.f32(STEPS, BINS)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("y", TensorType.f32()));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (long i = 0; i < target.byteSize() / 4; i++) {
        target.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, i, 1);
      }
    }
  }

  /** The mask of each example of one step, 1 where a value went through. */
  private static float[] mask(SpecAugment layer, long seed) {
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(Sequential.of(new Shift(), layer), new Sum(), new Sgd(1))
                .seed(seed)
                .open(new Ones().batch(BATCH), backplane.device("auto"))) {
      var ones = Literal.fill(TensorType.f32(BATCH, STEPS, BINS), i -> 1);
      assertEquals(ones, training.predict(List.of(ones)).getFirst(), "predictions are not masked");
      training.step();
      var moved = training.parameters().get("shift_1/input").toFloats();
      for (int i = 0; i < moved.length; i++) {
        moved[i] = moved[i] * -BATCH + 0f; // no -0
      }
      return moved;
    }
  }

  @Test
  void bandsAndStretchesOfEachExampleGoAsAWhole() {
    var mask = mask(new SpecAugment(1, 3, 1, 4), 7);
    var seen = new HashSet<String>();
    int masked = 0;
    for (int b = 0; b < BATCH; b++) {
      var bins = new boolean[BINS];
      var steps = new boolean[STEPS];
      for (int t = 0; t < STEPS; t++) {
        for (int k = 0; k < BINS; k++) {
          bins[k] |= at(mask, b, t, k) == 1;
          steps[t] |= at(mask, b, t, k) == 1;
        }
      }
      for (int t = 0; t < STEPS; t++) {
        for (int k = 0; k < BINS; k++) {
          assertEquals(bins[k] && steps[t] ? 1f : 0f, at(mask, b, t, k));
        }
      }
      int hiddenBins = run(bins);
      int hiddenSteps = run(steps);
      assertTrue(hiddenBins <= 3 && hiddenSteps <= 4, hiddenBins + " bins, " + hiddenSteps);
      masked += hiddenBins + hiddenSteps;
      seen.add(java.util.Arrays.toString(bins) + java.util.Arrays.toString(steps));
    }
    assertTrue(masked > 0, "something is masked");
    assertTrue(seen.size() > BATCH / 2, "examples are masked apart: " + seen.size());
  }

  private static float at(float[] mask, int b, int t, int k) {
    return mask[(b * STEPS + t) * BINS + k];
  }

  /** How many are hidden; all of them lie side by side. */
  private static int run(boolean[] seen) {
    int first = -1;
    int last = -2;
    int count = 0;
    for (int i = 0; i < seen.length; i++) {
      if (!seen[i]) {
        first = first < 0 ? i : first;
        last = i;
        count++;
      }
    }
    assertEquals(count, count == 0 ? 0 : last - first + 1);
    return count;
  }

  @Test
  void theSeedDecides() {
    var layer = new SpecAugment(2, 3, 2, 4);
    assertEquals(
        Literal.of(Shape.of(BATCH * STEPS * BINS), mask(layer, 1)),
        Literal.of(Shape.of(BATCH * STEPS * BINS), mask(layer, 1)));
    assertTrue(!java.util.Arrays.equals(mask(layer, 1), mask(layer, 2)));
  }

  @Test
  void numbersBelowZeroAreRefused() {
    var refused = assertThrows(IllegalArgumentException.class, () -> new SpecAugment(1, -1, 0, 0));
    assertEquals("SpecAugment frequencyWidth: expected 0 or more, found -1", refused.getMessage());
  }
}
