package dev.backplane.layers.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The numbers PyTorch computed; {@code generate.py} beside them made them. */
public final class Fixtures {
  private static final Map<String, Literal> ALL = read();

  private Fixtures() {}

  private static Map<String, Literal> read() {
    try (var in = Fixtures.class.getResourceAsStream("/parity/parity.txt")) {
      var fixtures = new HashMap<String, Literal>();
      for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        int open = line.indexOf(" [");
        int close = line.indexOf("] = ");
        var dimensions = line.substring(open + 2, close).split(",");
        var shape = Shape.of(Arrays.stream(dimensions).mapToInt(Integer::parseInt).toArray());
        var numbers = line.substring(close + 4).split(" ");
        var values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = number(numbers[i]);
        }
        fixtures.put(line.substring(0, open), Literal.of(shape, values));
      }
      return fixtures;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static float number(String text) {
    return switch (text) {
      case "inf" -> Float.POSITIVE_INFINITY;
      case "nan", "-nan" -> Float.NaN;
      default -> Float.parseFloat(text);
    };
  }

  public static Literal of(String name) {
    var values = ALL.get(name);
    return values == null ? fail("no fixture " + name) : values;
  }

  /** The fixture as i32. */
  public static Literal integers(String name) {
    var floats = of(name);
    return Literal.fill(new TensorType(DType.I32, floats.type().shape()), i -> floats.doubleAt(i));
  }

  /** |found - expected| ≤ 1e-5 + 1e-4·|expected|, element by element; NaN and infinity equal. */
  public static void assertClose(String name, float[] found) {
    var expected = of(name).toFloats();
    assertEquals(expected.length, found.length, name + ": number of elements");
    for (int i = 0; i < found.length; i++) {
      double bound = 1e-5 + 1e-4 * Math.abs(expected[i]);
      boolean same = Float.compare(expected[i], found[i]) == 0;
      if (!same && !(Math.abs(found[i] - expected[i]) <= bound && Double.isFinite(bound))) {
        fail("%s[%d]: expected %s, found %s".formatted(name, i, expected[i], found[i]));
      }
    }
  }

  /** The rows of a table one behind the other. */
  public static float[] flat(float[][] rows) {
    var all = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * rows[0].length, rows[0].length);
    }
    return all;
  }
}
