package dev.backplane.layers.core;

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

/** The numbers another framework computed; {@code generate.py} beside them made them. */
final class Parity {
  private static final Map<String, float[]> FIXTURES = read();

  private Parity() {}

  private static Map<String, float[]> read() {
    try (var in = Parity.class.getResourceAsStream("/parity/parity.txt")) {
      var fixtures = new HashMap<String, float[]>();
      for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        var parts = line.split(" = ");
        var numbers = parts[1].split(" ");
        var values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.parseFloat(numbers[i]);
        }
        fixtures.put(parts[0], values);
      }
      return fixtures;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static float[] numbers(String name) {
    var values = FIXTURES.get(name);
    return values == null ? fail("no fixture " + name) : values;
  }

  static Literal literal(String name, int... dimensions) {
    return Literal.of(Shape.of(dimensions), numbers(name));
  }

  /** |found - expected| ≤ absolute + relative·|expected|, element by element. */
  static void assertClose(String name, Literal found, double absolute, double relative) {
    var expected = numbers(name);
    var values = found.toFloats();
    assertEquals(expected.length, values.length, name + ": number of elements of " + found.type());
    for (int i = 0; i < values.length; i++) {
      double bound = absolute + relative * Math.abs(expected[i]);
      if (!(Math.abs(values[i] - expected[i]) <= bound)) {
        fail(
            "%s[%d]: expected %s, found %s (all: %s)"
                .formatted(name, i, expected[i], values[i], Arrays.toString(values)));
      }
    }
  }
}
