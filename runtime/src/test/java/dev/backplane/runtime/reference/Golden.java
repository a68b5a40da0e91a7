package dev.backplane.runtime.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.graph.Graph;
import dev.backplane.op.Op;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.stream.Stream;

/** Runs one op and compares with values worked out by hand. */
final class Golden {
  private Golden() {}

  static Literal run(Op op, Literal... operands) {
    return all(op, operands).getFirst();
  }

  static List<Literal> all(Op op, Literal... operands) {
    return Interpreter.run(graph(op, operands), List.of(operands));
  }

  static Graph graph(Op op, Literal... operands) {
    var builder = new Graph.Builder();
    var inputs = Stream.of(operands).map(each -> builder.input(each.type())).toList();
    return builder.build(builder.apply(op, inputs, ""));
  }

  static Literal floats(DType dtype, double... values) {
    return floats(dtype, Shape.of(values.length), values);
  }

  static Literal floats(DType dtype, Shape shape, double... values) {
    return Literal.fill(new TensorType(dtype, shape), i -> values[i]);
  }

  /** Integers of any dtype, wrapped. */
  static Literal wholes(DType dtype, long... values) {
    return wholes(dtype, Shape.of(values.length), values);
  }

  static Literal wholes(DType dtype, Shape shape, long... values) {
    return new Dense.Wholes(
            new TensorType(dtype, shape),
            java.util.Arrays.stream(values).map(value -> Rounding.wrap(dtype, value)).toArray())
        .literal();
  }

  static Literal bools(boolean... values) {
    var type = TensorType.of(DType.BOOL, values.length);
    return Literal.fill(type, i -> values[i] ? 1 : 0);
  }

  /** 0, 1, 2 … */
  static Literal counting(DType dtype, int... dimensions) {
    return Literal.fill(TensorType.of(dtype, dimensions), i -> i);
  }

  /** Bits are compared: -0 is not 0, but a NaN is a NaN. */
  static void gives(Literal found, Shape shape, double... expected) {
    assertEquals(shape, found.type().shape());
    assertArrayEquals(expected, found.toDoubles());
  }

  static void gives(Literal found, double... expected) {
    gives(found, Shape.of(expected.length), expected);
  }

  static void givesLongs(Literal found, long... expected) {
    assertArrayEquals(expected, found.toLongs());
  }

  static void close(Literal found, double relative, double... expected) {
    var values = found.toDoubles();
    assertEquals(expected.length, values.length);
    for (int i = 0; i < values.length; i++) {
      assertEquals(expected[i], values[i], relative * Math.abs(expected[i]), "element " + i);
    }
  }
}
