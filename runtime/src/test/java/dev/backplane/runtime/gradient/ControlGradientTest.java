package dev.backplane.runtime.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Composite;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Dot;
import dev.backplane.op.If;
import dev.backplane.op.Op;
import dev.backplane.op.Reduce;
import dev.backplane.op.Reshape;
import dev.backplane.op.Scan;
import dev.backplane.op.Unary;
import dev.backplane.runtime.pass.Passes;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlGradientTest {
  private static final Binary ADD = new Binary(Binary.Kind.ADD);
  private static final Binary MULTIPLY = new Binary(Binary.Kind.MULTIPLY);
  private static final Unary TANH = new Unary(Unary.Kind.TANH);
  private static final TensorType SCALAR = TensorType.of(DType.F64);

  private final Random random = new Random(3);

  private static TensorType f64(int... dimensions) {
    return TensorType.of(DType.F64, dimensions);
  }

  private static Graph graph(
      List<TensorType> types, BiFunction<Graph.Builder, List<Value>, List<Value>> body) {
    return GradientCases.graph(types, body);
  }

  private List<Literal> at(List<TensorType> types) {
    return types.stream().map(type -> GradientCheck.random(random, type)).toList();
  }

  private static Graph once(Op op, List<TensorType> types) {
    return graph(types, (b, x) -> b.apply(op, x, ""));
  }

  /** h' = tanh(h·w + x·u + b), y = h'·h: a carry, a scanned operand, three invariants. */
  private static Graph recurrent() {
    return graph(
        List.of(f64(2, 3), f64(2, 4), f64(3, 3), f64(4, 3), f64(3)),
        (b, x) -> {
          var dot = Dot.matmul(DType.F64);
          var sum =
              b.apply(ADD, b.apply(dot, x.get(0), x.get(2)), b.apply(dot, x.get(1), x.get(3)));
          var bias = b.apply(new Broadcast(Shape.of(2, 3), List.of(1)), x.get(4));
          var h = b.apply(TANH, b.apply(ADD, sum, bias));
          return List.of(h, b.apply(MULTIPLY, h, x.get(0)));
        });
  }

  private static List<TensorType> recurrentTypes(int length) {
    return List.of(f64(2, 3), f64(length, 2, 4), f64(3, 3), f64(4, 3), f64(3));
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "5, false", "0, true", "1, true", "5, true"})
  void ofARecurrentScan(int length, boolean reverse) {
    var scan = new Scan(recurrent(), length, 1, 1, reverse);
    var types = recurrentTypes(length);
    GradientCheck.check(once(scan, types), at(types));
  }

  @Test
  void ofTheGradientOfARecurrentScan() {
    var types = recurrentTypes(3);
    GradientCheck.checkTwice(once(new Scan(recurrent(), 3, 1, 1, false), types), at(types));
  }

  @Test
  void ofAnInvariantContractionIsOneDotOverAllIterations() {
    var types = recurrentTypes(5);
    var function = once(new Scan(recurrent(), 5, 1, 1, false), types);
    var scalar = GradientCheck.weightedSum(function);
    var gradient = Passes.simplify(Gradient.of(scalar, List.of(0, 2, 3, 4)));
    var dots = gradient.nodes().stream().filter(node -> node.op() instanceof Dot).toList();
    assertEquals(2, dots.size(), gradient.toString());
    for (var node : dots) {
      assertEquals(2, ((Dot) node.op()).leftContract().size(), "time and batch");
    }
    var back =
        gradient.nodes().stream().filter(node -> node.op() instanceof Scan).toList().getLast();
    var body = ((Scan) back.op()).body();
    assertEquals(1, body.nodes().stream().filter(node -> node.op() instanceof Dot).count());
  }

  @Test
  void ofAScanThatCountsAndHandsOnBetweenItsCarries() {
    // The first carry is an integer, the second reaches the result only through the third, and
    // the last is never read.
    var types = List.of(TensorType.of(DType.I32), SCALAR, SCALAR, SCALAR, SCALAR);
    var body =
        graph(
            types,
            (b, x) -> {
              var one = b.apply(new Constant(Literal.scalar(DType.I32, 1L)));
              var number = b.apply(new Convert(DType.F64), x.get(0));
              var scaled = b.apply(MULTIPLY, x.get(1), number);
              var grown = b.apply(new Unary(Unary.Kind.EXP), x.get(4));
              return List.of(
                  b.apply(ADD, x.get(0), one),
                  b.apply(TANH, b.apply(MULTIPLY, x.get(1), grown)),
                  b.apply(ADD, x.get(2), scaled),
                  b.apply(MULTIPLY, x.get(3), x.get(3)));
            });
    var scan = new Scan(body, 4, 4, 0, false);
    var function = graph(types, (b, x) -> List.of(b.apply(scan, x, "").get(2)));
    var point = new ArrayList<>(at(types));
    point.set(0, Literal.scalar(DType.I32, 2L));
    GradientCheck.checkTwice(function, point);
  }

  @Test
  void ofAScanInAScanWithABranchInside() {
    var inner =
        graph(
            List.of(SCALAR, SCALAR, SCALAR),
            (b, x) -> {
              var larger = b.apply(new Compare(Compare.Direction.GT), x.get(0), x.get(1));
              var branches = new If(chain(TANH, 2), once(MULTIPLY, List.of(SCALAR, SCALAR)));
              var next = b.apply(branches, List.of(larger, x.get(0), x.get(2)), "").getFirst();
              return List.of(next, b.apply(ADD, next, x.get(1)));
            });
    var outer =
        graph(
            List.of(SCALAR, f64(3), SCALAR),
            (b, x) -> {
              var results = b.apply(new Scan(inner, 3, 1, 1, true), x, "");
              var all = b.apply(new Reduce(Combiner.ADD, List.of(0)), results.get(1));
              return List.of(b.apply(ADD, all, results.get(0)), results.get(1));
            });
    var types = List.of(SCALAR, f64(2, 3), SCALAR);
    GradientCheck.checkTwice(once(new Scan(outer, 2, 1, 1, false), types), at(types));
  }

  /** The first of several operands through an op. */
  private static Graph chain(Op op, int operands) {
    return graph(
        java.util.Collections.nCopies(operands, SCALAR), (b, x) -> List.of(b.apply(op, x.get(0))));
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void ofABranchIsThatOfTheBranchTaken(boolean condition) {
    var types = List.of(TensorType.of(DType.BOOL), f64(3), f64(3), f64(2));
    var captures = types.subList(1, 4);
    var then =
        graph(
            captures,
            (b, x) -> List.of(b.apply(MULTIPLY, b.apply(TANH, x.get(0)), x.get(1)), x.get(2)));
    var otherwise =
        graph(captures, (b, x) -> List.of(b.apply(MULTIPLY, x.get(0), x.get(0)), x.get(2)));
    var point = new ArrayList<Literal>();
    point.add(Literal.scalar(DType.BOOL, condition ? 1L : 0L));
    point.addAll(at(captures));
    GradientCheck.checkTwice(once(new If(then, otherwise), types), point);
  }

  @Test
  void ofACompositeIsThatOfItsDecomposition() {
    var types = List.of(f64(2, 3));
    var softmax = new Composite("softmax", 1, Attributes.none(), softmax(), Optional.empty());
    GradientCheck.checkTwice(once(softmax, types), at(types));
    var body =
        graph(
            List.of(f64(2, 3), f64(2, 3)),
            (b, x) -> b.apply(softmax, List.of(b.apply(ADD, x.get(0), x.get(1))), ""));
    var scanTypes = List.of(f64(2, 3), f64(3, 2, 3));
    GradientCheck.check(once(new Scan(body, 3, 1, 1, false), scanTypes), at(scanTypes));
  }

  private static Graph softmax() {
    return graph(
        List.of(f64(2, 3)),
        (b, x) -> {
          var shape = Shape.of(2, 3);
          var most = b.apply(new Reduce(Combiner.MAXIMUM, List.of(1)), x.get(0));
          var rows = b.apply(new Broadcast(shape, List.of(0)), most);
          var exp =
              b.apply(
                  new Unary(Unary.Kind.EXP),
                  b.apply(new Binary(Binary.Kind.SUBTRACT), x.get(0), rows));
          var sum = b.apply(new Reduce(Combiner.ADD, List.of(1)), exp);
          var column = b.apply(new Reshape(Shape.of(2, 1)), sum);
          var sums = b.apply(new Broadcast(shape, List.of(0, 1)), column);
          return List.of(b.apply(new Binary(Binary.Kind.DIVIDE), exp, sums));
        });
  }

  @Test
  void ofACompositeWithOneValueAtSeveralOperandsCountsEachOnce() {
    var product =
        new Composite(
            "product",
            1,
            Attributes.none(),
            once(MULTIPLY, List.of(SCALAR, SCALAR)),
            Optional.empty());
    var function =
        graph(List.of(SCALAR), (b, x) -> b.apply(product, List.of(x.get(0), x.get(0)), ""));
    GradientCheck.checkTwice(function, at(List.of(SCALAR)));
    assertTrue(function.nodes().getFirst().op() instanceof Composite);
  }
}
