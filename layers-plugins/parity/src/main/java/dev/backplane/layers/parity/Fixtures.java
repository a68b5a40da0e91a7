package dev.backplane.layers.parity;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Numbers of another framework, from a text file whose lines are {@code name dtype[dimensions] =
 * numbers}, row-major. The script that made them lies beside the file.
 *
 * @param values by name
 */
public record Fixtures(Map<String, Literal> values) {
  /** The file of a resource of a test class. */
  public static Fixtures read(Class<?> test, String resource) {
    var values = new TreeMap<String, Literal>();
    try (var in = test.getResourceAsStream(resource)) {
      if (in == null) {
        throw new AssertionError("no resource " + resource);
      }
      for (var line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        int name = line.indexOf(' ');
        int open = line.indexOf('[');
        int close = line.indexOf("] =");
        var type =
            new TensorType(
                DType.parse(line.substring(name + 1, open)),
                shape(line.substring(open + 1, close)));
        var numbers = line.substring(close + 3).strip().split(" ");
        values.put(line.substring(0, name), Literal.fill(type, i -> number(numbers[i])));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Fixtures(values);
  }

  private static double number(String text) {
    return switch (text) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "nan", "-nan" -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }

  private static Shape shape(String dimensions) {
    return dimensions.isEmpty()
        ? Shape.scalar()
        : Shape.of(Arrays.stream(dimensions.split(",")).mapToInt(Integer::parseInt).toArray());
  }

  /** The value of a name. */
  public Literal get(String name) {
    var value = values.get(name);
    if (value == null) {
      throw new AssertionError("no fixture " + name);
    }
    return value;
  }

  /** All whose name begins with a prefix, by what follows it. */
  public Map<String, Literal> under(String prefix) {
    var under = new TreeMap<String, Literal>();
    values.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            under.put(name.substring(prefix.length()), value);
          }
        });
    return under;
  }

  /** |found - expected| ≤ 1e-5 + 1e-4·|expected|, element by element, of the same type. */
  public void assertClose(String name, Literal found) {
    assertClose(name, get(name), found);
  }

  /** The same of a fixture's elements, row-major. */
  public void assertClose(String name, float[] found) {
    assertClose(name, Literal.of(get(name).type().shape(), found));
  }

  /**
   * |found - expected| ≤ 1e-5 + 1e-4·|expected|, element by element, of the same type; what is not
   * finite is the same.
   */
  public static void assertClose(String name, Literal expected, Literal found) {
    if (!expected.type().equals(found.type())) {
      throw new AssertionError(name + ": expected " + expected.type() + ", found " + found.type());
    }
    var numbers = expected.toDoubles();
    var values = found.toDoubles();
    for (int i = 0; i < values.length; i++) {
      double bound = 1e-5 + 1e-4 * Math.abs(numbers[i]);
      boolean same = Double.compare(values[i], numbers[i]) == 0;
      if (!same && !(Math.abs(values[i] - numbers[i]) <= bound && Double.isFinite(bound))) {
        throw new AssertionError(
            "%s[%d]: expected %s, found %s".formatted(name, i, numbers[i], values[i]));
      }
    }
  }
}
