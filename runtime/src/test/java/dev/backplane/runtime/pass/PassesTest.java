package dev.backplane.runtime.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Composite;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Dot;
import dev.backplane.op.Op;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Reduce;
import dev.backplane.op.Reshape;
import dev.backplane.op.Scan;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.runtime.reference.Interpreter;
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

class PassesTest {
  private static final TensorType X = TensorType.f32(2, 3);

  @Test
  void keepTheBitsOfRandomPrograms() {
    for (long seed = 0; seed < 500; seed++) {
      var random = new Random(seed);
      var types = List.of(RandomGraph.type(random), RandomGraph.type(random), X);
      var graph = RandomGraph.of(random, types, 30);
      var at = types.stream().map(type -> RandomGraph.literal(random, type)).toList();
      var expected = Interpreter.run(graph, at);
      sameBits(seed, expected, Interpreter.run(Passes.simplify(graph), at));
      sameBits(seed, expected, Interpreter.run(Decompose.all(graph), at));
      var both = Passes.simplify(Decompose.all(graph));
      sameBits(seed, expected, Interpreter.run(both, at));
      assertEquals(both, Passes.simplify(Decompose.all(graph)), "deterministic, seed " + seed);
    }
  }

  private static void sameBits(long seed, List<Literal> expected, List<Literal> found) {
    assertEquals(expected.size(), found.size());
    for (int k = 0; k < expected.size(); k++) {
      var x = expected.get(k);
      var y = found.get(k);
      var where = "seed " + seed + ", output " + k + ": expected " + x + ", found " + y;
      assertEquals(x.type(), y.type(), where);
      for (int i = 0; i < x.type().shape().size(); i++) {
        // NaNs are not told apart.
        assertEquals(
            Double.doubleToLongBits(x.doubleAt(i)), Double.doubleToLongBits(y.doubleAt(i)), where);
      }
    }
  }

  private static Graph graph(
      List<TensorType> types, BiFunction<Graph.Builder, List<Value>, List<Value>> body) {
    var builder = new Graph.Builder();
    return builder.build(body.apply(builder, types.stream().map(builder::input).toList()));
  }

  private static List<Op> simplified(
      TensorType type, BiFunction<Graph.Builder, Value, Value> body) {
    var graph = graph(List.of(type), (b, x) -> List.of(body.apply(b, x.getFirst())));
    return Passes.simplify(graph).nodes().stream().map(Node::op).toList();
  }

  private static Value number(Graph.Builder b, Value like, double number) {
    var scalar = b.apply(new Constant(Literal.scalar(like.type().dtype(), number)));
    return b.apply(new Broadcast(like.type().shape(), List.of()), scalar);
  }

  @Test
  void dropWhatDoesNothing() {
    var multiply = new Binary(Binary.Kind.MULTIPLY);
    var add = new Binary(Binary.Kind.ADD);
    var negate = new Unary(Unary.Kind.NEGATE);
    assertEquals(List.of(), simplified(X, (b, x) -> b.apply(multiply, x, number(b, x, 1))));
    assertEquals(List.of(), simplified(X, (b, x) -> b.apply(add, x, number(b, x, -0.0))));
    assertEquals(List.of(), simplified(X, (b, x) -> b.apply(negate, b.apply(negate, x))));
    assertEquals(List.of(), simplified(X, (b, x) -> b.apply(new Convert(DType.F32), wide(b, x))));
    assertEquals(
        List.of(), simplified(X, (b, x) -> b.apply(new Transpose(List.of(1, 0)), turned(b, x))));
  }

  private static Value wide(Graph.Builder b, Value x) {
    return b.apply(new Convert(DType.F64), x);
  }

  private static Value turned(Graph.Builder b, Value x) {
    return b.apply(new Transpose(List.of(1, 0)), x);
  }

  @Test
  void keepWhatOnlyLooksAsIfItDidNothing() {
    var add = new Binary(Binary.Kind.ADD);
    var multiply = new Binary(Binary.Kind.MULTIPLY);
    assertTrue(simplified(X, (b, x) -> b.apply(add, x, number(b, x, 0))).contains(add));
    assertTrue(simplified(X, (b, x) -> b.apply(multiply, x, number(b, x, 0))).contains(multiply));
    var narrow = new Convert(DType.F32);
    var f64 = TensorType.of(DType.F64, 3);
    assertEquals(2, simplified(f64, (b, x) -> wide(b, b.apply(narrow, x))).size());
    var barrier = new OptimizationBarrier();
    assertEquals(
        3, simplified(X, (b, x) -> b.apply(add, b.apply(barrier, x), b.apply(barrier, x))).size());
  }

  @Test
  void letDotReadItsOperandsWhereTheyLie() {
    var types = List.of(TensorType.f32(4, 2), TensorType.f32(3, 4));
    var graph =
        graph(
            types,
            (b, x) ->
                List.of(b.apply(Dot.matmul(DType.F32), turned(b, x.get(0)), turned(b, x.get(1)))));
    var ops = Passes.simplify(graph).nodes().stream().map(Node::op).toList();
    assertEquals(1, ops.size(), ops.toString());
    assertTrue(ops.getFirst() instanceof Dot);
  }

  @Test
  void computeWhatIsKnownOnce() {
    var ops =
        simplified(
            X,
            (b, x) -> {
              var two = b.apply(new Binary(Binary.Kind.ADD), number(b, x, 1), number(b, x, 1));
              var shifted = b.apply(new Reshape(Shape.of(3, 2)), two);
              var flat = b.apply(new Reshape(Shape.of(2, 3)), shifted);
              return b.apply(new Binary(Binary.Kind.POWER), x, flat);
            });
    var two = new Constant(Literal.scalar(DType.F32, 2.0));
    assertEquals(
        List.of(two, new Broadcast(X.shape(), List.of()), new Binary(Binary.Kind.POWER)), ops);
  }

  @Test
  void sumWhatIsKnownWhereTheSumIsExact() {
    var sum = new Reduce(Combiner.ADD, List.of(0, 1));
    var six = new Constant(Literal.scalar(DType.F32, 6.0));
    assertEquals(List.of(six), simplified(X, (b, x) -> b.apply(sum, number(b, x, 1))));
    var tenth = simplified(X, (b, x) -> b.apply(sum, number(b, x, 0.1)));
    assertTrue(tenth.contains(sum), "its bits depend on the order");
  }

  @Test
  void computeRepeatedScalarsOnce() {
    var exp = new Unary(Unary.Kind.EXP);
    var repeat = new Broadcast(Shape.of(2, 3), List.of());
    var ops = simplified(TensorType.f32(), (b, x) -> b.apply(exp, b.apply(repeat, x)));
    assertEquals(List.of(exp, repeat), ops);
  }

  @Test
  void mergeWhatIsComputedTwiceAndOtherwiseKeepTheOrder() {
    var exp = new Unary(Unary.Kind.EXP);
    var ops =
        simplified(
            X,
            (b, x) -> {
              var sum = b.apply(new Binary(Binary.Kind.ADD), b.apply(exp, x), x);
              var same = b.apply(new Binary(Binary.Kind.ADD), x, b.apply(exp, x));
              return b.apply(new Binary(Binary.Kind.SUBTRACT), sum, same);
            });
    assertEquals(3, ops.size(), ops.toString());
  }

  @Test
  void takeFromAScanWhatNobodyReads() {
    // Carries: a sum that is read, a counter that only counts itself. Stacked: one of two is read.
    var scalar = TensorType.of(DType.F32);
    var add = new Binary(Binary.Kind.ADD);
    var body =
        graph(
            List.of(scalar, scalar, scalar, scalar, scalar),
            (b, x) ->
                List.of(
                    b.apply(add, x.get(0), x.get(2)),
                    b.apply(add, x.get(1), x.get(4)),
                    b.apply(new Unary(Unary.Kind.EXP), x.get(0)),
                    x.get(3)));
    var vector = TensorType.f32(5);
    var graph =
        graph(
            List.of(scalar, scalar, vector, vector, scalar),
            (b, x) -> {
              var results = b.apply(new Scan(body, 5, 2, 2, false), x, "");
              return List.of(results.get(0), results.get(2));
            });
    var node = Passes.simplify(graph).nodes().getFirst();
    var scan = (Scan) node.op();
    assertEquals(List.of(1, 1, 2), List.of(scan.carries(), scan.scanned(), node.operands().size()));
    assertEquals(2, node.results().size());
  }

  @Test
  void letAScanTakeInWhatIsKnown() {
    // A scanned operand filled with ones, an invariant that is 1, an invariant given twice.
    var scalar = TensorType.of(DType.F32);
    var add = new Binary(Binary.Kind.ADD);
    var multiply = new Binary(Binary.Kind.MULTIPLY);
    var body =
        graph(
            List.of(scalar, scalar, scalar, scalar, scalar),
            (b, x) -> {
              var product = b.apply(multiply, b.apply(multiply, x.get(0), x.get(1)), x.get(2));
              return List.of(b.apply(add, product, b.apply(add, x.get(3), x.get(4))));
            });
    var graph =
        graph(
            List.of(scalar, scalar),
            (b, x) -> {
              var one = number(b, x.get(0), 1);
              var ones = b.apply(new Broadcast(Shape.of(4), List.of()), one);
              var operands = List.of(x.get(0), ones, one, x.get(1), x.get(1));
              return b.apply(new Scan(body, 4, 1, 1, false), operands, "");
            });
    var node = Passes.simplify(graph).nodes().getFirst();
    assertEquals(2, node.operands().size());
    assertEquals(
        List.of(add, add), ((Scan) node.op()).body().nodes().stream().map(Node::op).toList());
    var nothing =
        graph(
            List.of(scalar, scalar),
            (b, x) ->
                b.apply(
                    new Scan(body, 0, 1, 1, false),
                    List.of(
                        x.get(0),
                        b.apply(new Constant(Literal.of())),
                        x.get(1),
                        x.get(1),
                        x.get(1)),
                    ""));
    assertEquals(List.of(), Passes.simplify(nothing).nodes());
  }

  @Test
  void decomposeOnlyWhatIsAskedFor() {
    var inner = composite("test.inner", graph(List.of(X), (b, x) -> List.of(turned(b, x.get(0)))));
    var outer = composite("test.outer", graph(List.of(X), (b, x) -> b.apply(inner, x, "")));
    var program =
        graph(
            List.of(X),
            (b, x) -> {
              var outputs = new ArrayList<Value>(b.apply(outer, x, "model/layer"));
              outputs.addAll(b.apply(inner, x, ""));
              return outputs;
            });
    var partly = Decompose.where(program, c -> c.name().equals("test.outer"));
    assertEquals(List.of(inner, inner), partly.nodes().stream().map(Node::op).toList());
    assertEquals("model/layer", partly.nodes().getFirst().origin());
    var wholly = Decompose.all(program);
    assertFalse(wholly.nodes().stream().anyMatch(node -> node.op() instanceof Composite));
    assertEquals(2, wholly.nodes().size());
    assertEquals(1, Passes.simplify(wholly).nodes().size());
  }

  private static Composite composite(String name, Graph decomposition) {
    return new Composite(name, 1, Attributes.none(), decomposition, Optional.empty());
  }
}
