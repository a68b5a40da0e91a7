import static dev.backplane.layers.core.activation.Activations.relu;

import dev.backplane.Backplane;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Flatten;
import dev.backplane.layers.core.loss.SparseCategoricalCrossEntropy;
import dev.backplane.layers.core.optimizer.Adam;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;

/**
 * The first training step of the model of fashion-mnist-mlp on a plain class path, on one random
 * batch of 64, then "DONE" and the loss. Argument: the number of threads.
 */
public final class FirstStep {
  private static final int BATCH = 64;

  public static void main(String[] arguments) {
    try (var backplane = Backplane.start()) {
      var model = Sequential.of(new Flatten(), new Dense(128, relu()), new Dense(10));
      var target = backplane.device("cpu").threads(Integer.parseInt(arguments[0]));
      try (var training =
          backplane
              .trainer(model, new SparseCategoricalCrossEntropy(), new Adam(1e-3))
              .open(new Noise().batch(BATCH), target)) {
        training.step();
        IO.println("DONE " + training.metrics().get("loss"));
      }
    }
  }

  /** As many random pictures and labels as one batch takes. */
  private static final class Noise implements Examples {
    private final Random random = new Random(0);

    @Override
    public int size() {
      return BATCH;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("image", TensorType.f32(28, 28)));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("label", TensorType.of(DType.I32)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (long i = 0; field == 0 && i < count * 784L; i++) {
        target.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, random.nextFloat());
      }
      for (long i = 0; field == 1 && i < count; i++) {
        target.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, random.nextInt(10));
      }
    }
  }
}
