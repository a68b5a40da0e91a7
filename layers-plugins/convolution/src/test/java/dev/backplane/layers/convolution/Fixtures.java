package dev.backplane.layers.convolution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The numbers PyTorch computed; {@code generate.py} beside them made them. */
final class Fixtures {
  private static final Map<String, Literal> ALL = read();

  private Fixtures() {}

  private static Map<String, Literal> read() {
    try (var in = Fixtures.class.getResourceAsStream("/parity/parity.txt")) {
      var fixtures = new HashMap<String, Literal>();
      for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        int open = line.indexOf(" [");
        int close = line.indexOf("] = ");
        var dimensions = line.substring(open + 2, close);
        var shape =
            dimensions.isEmpty()
                ? Shape.scalar()
                : Shape.of(
                    Arrays.stream(dimensions.split(",")).mapToInt(Integer::parseInt).toArray());
        var numbers = line.substring(close + 4).split(" ");
        var values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.parseFloat(numbers[i]);
        }
        fixtures.put(line.substring(0, open), Literal.of(shape, values));
      }
      return fixtures;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean has(String name) {
    return ALL.containsKey(name);
  }

  /** The fixtures whose names begin so, by what follows. */
  static Map<String, Literal> under(String prefix) {
    var found = new HashMap<String, Literal>();
    ALL.forEach(
        (name, values) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), values);
          }
        });
    return found;
  }

  static Literal of(String name) {
    var values = ALL.get(name);
    return values == null ? fail("no fixture " + name) : values;
  }

  /** |found · factor - expected| ≤ 1e-5 + 1e-4·|expected|, element by element. */
  static void assertClose(String name, Literal found, double factor) {
    var expected = of(name);
    assertEquals(expected.type(), found.type(), name);
    var numbers = expected.toFloats();
    var values = found.toFloats();
    for (int i = 0; i < values.length; i++) {
      double value = values[i] * factor;
      double bound = 1e-5 + 1e-4 * Math.abs(numbers[i]);
      if (!(Math.abs(value - numbers[i]) <= bound)) {
        fail("%s[%d]: expected %s, found %s".formatted(name, i, numbers[i], value));
      }
    }
  }
}
