package dev.backplane.backend.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.op.Binary;
import dev.backplane.op.Clamp;
import dev.backplane.op.Compare;
import dev.backplane.op.Convert;
import dev.backplane.op.Op;
import dev.backplane.op.Select;
import dev.backplane.op.Unary;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every elementwise primitive, kind and dtype: scalar against the oracle, vector against scalar.
 */
class ElementwiseFormsTest {
  private static final int LENGTH = 531;

  private static Graph graph(Op op, List<TensorType> types) {
    var builder = new Graph.Builder();
    var operands = types.stream().map(builder::input).toList();
    return builder.build(builder.apply(op, operands, ""));
  }

  private static void check(Op op, List<TensorType> types, double units) {
    var what = op + " of " + types;
    // Not the hash of the op: an enum's differs from one JVM to the next.
    var random = new Random(what.hashCode());
    var graph = graph(op, types);
    var inputs = types.stream().map(type -> Samples.any(type, random)).toList();
    var scalar = Runs.run(Runs.compile(graph, false), graph, inputs);
    Runs.assertClose(Interpreter.run(graph, inputs), scalar, units, 0, what);
    var vector = Runs.run(Runs.compile(graph, true), graph, inputs);
    Runs.assertSameBits(scalar, vector, what);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void unaryKindsAreTheOracles(DType dtype) {
    for (var kind : Unary.Kind.values()) {
      if (kind.accepts(dtype)) {
        // The oracle's own erf is some units off too: the conformance kit allows as many.
        double units = kind == Unary.Kind.ERF ? 16 : 5;
        check(new Unary(kind), List.of(TensorType.of(dtype, LENGTH)), units);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void binaryKindsAreTheOracles(DType dtype) {
    var type = TensorType.of(dtype, LENGTH);
    for (var kind : Binary.Kind.values()) {
      if (kind.accepts(dtype)) {
        check(new Binary(kind), List.of(type, type), 1.01);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void comparisonsAndChoicesAreTheOracles(DType dtype) {
    var type = TensorType.of(dtype, LENGTH);
    for (var direction : Compare.Direction.values()) {
      check(new Compare(direction), List.of(type, type), 0);
    }
    check(new Select(), List.of(type.withDType(DType.BOOL), type, type), 0);
    if (dtype.isNumeric()) {
      check(new Clamp(), List.of(type, type, type), 0);
    }
  }

  static Stream<DType[]> pairs() {
    return Arrays.stream(DType.values())
        .flatMap(from -> Arrays.stream(DType.values()).map(to -> new DType[] {from, to}));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void conversionsAreTheOracles(DType from, DType to) {
    check(new Convert(to), List.of(TensorType.of(from, LENGTH)), 0);
  }

  @Test
  void vectorAndScalarFormAgreeAtEveryLength() {
    var kinds = List.of(Unary.Kind.EXP, Unary.Kind.TANH, Unary.Kind.NEGATE);
    var random = new Random(5);
    for (int length = 1; length <= 70; length++) {
      var type = TensorType.f32(length);
      var builder = new Graph.Builder();
      var x = builder.input(type);
      var outputs = new ArrayList<dev.backplane.graph.Value>();
      for (var kind : kinds) {
        outputs.add(builder.apply(new Unary(kind), x));
      }
      outputs.add(builder.apply(new Compare(Compare.Direction.GT), x, outputs.getFirst()));
      var graph = builder.build(outputs);
      var inputs = List.of(Samples.any(type, random));
      Runs.assertSameBits(
          Runs.run(Runs.compile(graph, false), graph, inputs),
          Runs.run(Runs.compile(graph, true), graph, inputs),
          "length " + length);
    }
  }

  @Test
  void bitsAreThoseOfTheFirstCallAfterTwentyThousand() {
    var type = TensorType.f32(67);
    for (var kind : List.of(Unary.Kind.EXP, Unary.Kind.LOG1P, Unary.Kind.LOGISTIC)) {
      var graph = graph(new Unary(kind), List.of(type));
      var inputs = List.of(Samples.any(type, new Random(11)));
      for (boolean vectors : List.of(false, true)) {
        var kernel = Runs.compile(graph, vectors);
        Runs.assertSameBits(
            Runs.run(kernel, graph, inputs, 1), Runs.run(kernel, graph, inputs, 20_000), kind + "");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Unary.Kind.class,
      names = {"EXP", "EXPM1", "LOG", "LOG1P", "TANH", "LOGISTIC", "ERF", "SIN", "COS", "RSQRT"})
  void functionsOfFloatsStayWithinFourUnitsInTheLastPlace(Unary.Kind kind) {
    int count = 1 << 17;
    var random = new Random(kind.ordinal());
    var type = new TensorType(DType.F32, Shape.of(count));
    var input =
        Literal.fill(
            type,
            i ->
                switch (i % 3) {
                  case 0 -> Float.intBitsToFloat(random.nextInt());
                  case 1 -> random.nextGaussian() * 20;
                  default -> random.nextGaussian();
                });
    var exact = new Unary(kind);
    var wide = graph(exact, List.of(type.withDType(DType.F64)));
    var narrow = graph(exact, List.of(type));
    var precise =
        Runs.run(
                Runs.compile(wide, false),
                wide,
                List.of(Literal.fill(type.withDType(DType.F64), input::doubleAt)))
            .getFirst();
    var found = Runs.run(Runs.compile(narrow, false), narrow, List.of(input)).getFirst();
    double worst = 0;
    for (int i = 0; i < count; i++) {
      double expected = precise.doubleAt(i);
      double value = found.doubleAt(i);
      if (Math.abs(expected) <= Float.MAX_VALUE) {
        double error = Math.abs(value - expected) / Math.ulp((float) expected);
        assertTrue(
            error <= 4,
            kind + "(" + input.doubleAt(i) + ") is " + value + " instead of " + expected);
        worst = Math.max(worst, error);
      } else if (expected != expected) {
        assertTrue(value != value, kind + "(" + input.doubleAt(i) + ") is " + value);
      } else {
        // Beyond the largest float the nearest is infinity, or that float within rounding.
        boolean overflows = Math.abs(value) == Float.POSITIVE_INFINITY;
        assertTrue(overflows || Math.abs(expected) < 0x1.000001p128, kind + " gives " + value);
      }
    }
    assertTrue(worst < 4 && (worst > 0 || kind == Unary.Kind.RSQRT), kind + ": " + worst);
  }
}
