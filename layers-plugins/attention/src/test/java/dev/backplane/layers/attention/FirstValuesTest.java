package dev.backplane.layers.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.backplane.Backplane;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.layers.core.loss.MeanSquaredError;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With which values attention begins. */
class FirstValuesTest {
  private static final int UNITS = 8;

  /** Two sequences of three paddings, and logits as targets. */
  private record Nothing(int vocabulary) implements Examples {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public List<Feature> inputs() {
      var ids = TensorType.of(DType.I32, 3);
      return List.of(Feature.of("source", ids), Feature.of("target", ids));
    }

    @Override
    public List<Feature> targets() {
      return List.of(Feature.of("y", TensorType.f32(3, vocabulary)));
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      target.fill((byte) 0);
    }
  }

  private static Map<String, Literal> first(Layer layer, Examples examples) {
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(layer, new MeanSquaredError(), new Sgd(0.1))
                .seed(1)
                .open(examples.batch(4), backplane.device("reference"))) {
      return training.parameters();
    }
  }

  private static double largest(Literal kernel) {
    double largest = 0;
    for (float value : kernel.toFloats()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @Test
  void queryKeyAndValueBeginAsPartsOfOneKernelAndTheOutputAlone() {
    var values = first(Sequential.of(new MultiHeadAttention(2)), new Waves());
    for (var name : List.of("query", "key", "value", "output")) {
      int fanOut = name.equals("output") ? UNITS : 3 * UNITS;
      // The largest of 64 uniform numbers is within a tenth of the limit but once in 850.
      double limit = Math.sqrt(6.0 / (UNITS + fanOut));
      assertEquals(0.95 * limit, largest(kernel(values, name)), 0.05 * limit, name);
    }
    assertNotEquals(kernel(values, "query"), kernel(values, "key"));
  }

  @Test
  void logitsDoNotBeginSmallerForALargerVocabulary() {
    for (int vocabulary : List.of(20, 500)) {
      var model = new Transformer(4, vocabulary, UNITS, 2, 4, 1);
      var values = first(model, new Nothing(vocabulary));
      double limit = 1 / Math.sqrt(UNITS);
      assertEquals(0.95 * limit, largest(kernel(values, "logits")), 0.05 * limit, "" + vocabulary);
    }
  }

  private static Literal kernel(Map<String, Literal> values, String name) {
    return values.entrySet().stream()
        .filter(value -> value.getKey().endsWith(name + "/kernel"))
        .findFirst()
        .orElseThrow()
        .getValue();
  }
}
