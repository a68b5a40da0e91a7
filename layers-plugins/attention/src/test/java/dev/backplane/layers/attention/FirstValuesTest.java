package dev.backplane.layers.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.backplane.Backplane;
import dev.backplane.layers.core.loss.MeanSquaredError;
import dev.backplane.layers.core.optimizer.Sgd;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Sequential;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With which values attention begins. */
class FirstValuesTest {
  private static final int UNITS = 8;

  private static Map<String, Literal> first(Layer layer) {
    try (var backplane = Backplane.start();
        var training =
            backplane
                .trainer(Sequential.of(layer), new MeanSquaredError(), new Sgd(0.1))
                .seed(1)
                .open(new Waves().batch(4), backplane.device("reference"))) {
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
    var values = first(new MultiHeadAttention(2));
    for (var name : List.of("query", "key", "value", "output")) {
      int fanOut = name.equals("output") ? UNITS : 3 * UNITS;
      // The largest of 64 uniform numbers is within a tenth of the limit but once in 850.
      double limit = Math.sqrt(6.0 / (UNITS + fanOut));
      assertEquals(0.95 * limit, largest(kernel(values, name)), 0.05 * limit, name);
    }
    assertNotEquals(kernel(values, "query"), kernel(values, "key"));
  }

  private static Literal kernel(Map<String, Literal> values, String name) {
    return values.entrySet().stream()
        .filter(value -> value.getKey().endsWith(name + "/kernel"))
        .findFirst()
        .orElseThrow()
        .getValue();
  }
}
