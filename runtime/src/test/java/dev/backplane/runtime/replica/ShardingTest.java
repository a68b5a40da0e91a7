package dev.backplane.runtime.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.AllGather;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Convolution;
import dev.backplane.op.Dot;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Gather;
import dev.backplane.op.Iota;
import dev.backplane.op.Pad;
import dev.backplane.op.Precision;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Scan;
import dev.backplane.op.Scatter;
import dev.backplane.op.Select;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Slice;
import dev.backplane.op.Sort;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.op.While;
import dev.backplane.op.Window;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The program of a replica gives what the whole one gives, to the last bit where sums are exact,
 * and works on its part: what is gathered is known, op by op.
 */
class ShardingTest {
  private static final int ROWS = 8;
  private static final TensorType X = TensorType.f32(ROWS, 4, 6);
  private static final Binary ADD = new Binary(Binary.Kind.ADD);
  private static final Binary MULTIPLY = new Binary(Binary.Kind.MULTIPLY);

  /** Writes something of rows [8, 4, 6], of which each replica has its part, and of all of y. */
  private interface Body {
    Value of(Graph.Builder to, Value rows, Value y);
  }

  /** A case: how many values are gathered, what is computed, and from which other operand. */
  private record Case(int gathered, TensorType y, Body body) {}

  private static Map<String, Case> cases() {
    var cases = new LinkedHashMap<String, Case>();
    cases.put(
        "elementwise", new Case(1, X, (to, x, y) -> to.apply(ADD, to.apply(MULTIPLY, x, y), x)));
    cases.put(
        "choice",
        new Case(
            1,
            X,
            (to, x, y) ->
                to.apply(new Select(), to.apply(new Compare(Compare.Direction.GT), x, y), x, y)));
    cases.put("conversion", new Case(1, X, (to, x, y) -> to.apply(new Convert(DType.I32), x)));
    cases.put(
        "broadcast",
        new Case(
            1,
            X,
            (to, x, y) -> to.apply(new Broadcast(Shape.of(2, 8, 4, 6), List.of(1, 2, 3)), x)));
    cases.put(
        "bias",
        new Case(
            1,
            TensorType.f32(6),
            (to, x, y) -> to.apply(ADD, x, to.apply(new Broadcast(X.shape(), List.of(2)), y))));
    cases.put("merge", new Case(1, X, (to, x, y) -> to.apply(new Reshape(Shape.of(32, 6)), x)));
    cases.put("split", new Case(1, X, (to, x, y) -> to.apply(new Reshape(Shape.of(4, 2, 24)), x)));
    cases.put("insert", new Case(1, X, (to, x, y) -> to.apply(new Reshape(Shape.of(1, 8, 24)), x)));
    cases.put(
        "transpose", new Case(1, X, (to, x, y) -> to.apply(new Transpose(List.of(2, 0, 1)), x)));
    cases.put(
        "slice of columns",
        new Case(
            1,
            X,
            (to, x, y) ->
                to.apply(new Slice(List.of(0, 1, 0), List.of(8, 3, 6), List.of(1, 1, 2)), x)));
    cases.put(
        "slice of rows",
        new Case(
            1,
            X,
            (to, x, y) ->
                to.apply(new Slice(List.of(1, 0, 0), List.of(7, 4, 6), List.of(2, 1, 1)), x)));
    cases.put(
        "pad of columns",
        new Case(
            1,
            TensorType.f32(),
            (to, x, y) ->
                to.apply(new Pad(List.of(0, 1, 0), List.of(0, 2, 0), List.of(0, 1, 0)), x, y)));
    cases.put(
        "pad of rows",
        new Case(
            1,
            TensorType.f32(),
            (to, x, y) ->
                to.apply(new Pad(List.of(1, 0, 0), List.of(0, 0, 0), List.of(1, 0, 0)), x, y)));
    cases.put(
        "concatenate columns", new Case(1, X, (to, x, y) -> to.apply(new Concatenate(1), x, y)));
    cases.put("concatenate rows", new Case(1, X, (to, x, y) -> to.apply(new Concatenate(0), x, y)));
    cases.put(
        "reverse columns", new Case(1, X, (to, x, y) -> to.apply(new Reverse(List.of(2)), x)));
    cases.put(
        "reverse rows", new Case(1, X, (to, x, y) -> to.apply(new Reverse(List.of(0, 2)), x)));
    cases.put(
        "sum of rows",
        new Case(0, X, (to, x, y) -> to.apply(new Reduce(Combiner.ADD, List.of(0, 2)), x)));
    cases.put(
        "largest",
        new Case(0, X, (to, x, y) -> to.apply(new Reduce(Combiner.MAXIMUM, List.of(0, 1, 2)), x)));
    cases.put(
        "sum of columns",
        new Case(1, X, (to, x, y) -> to.apply(new Reduce(Combiner.ADD, List.of(1)), x)));
    cases.put(
        "place of the largest",
        new Case(
            1, X, (to, x, y) -> to.apply(new ArgReduce(ArgReduce.Kind.MAXIMUM, 1, DType.I32), x)));
    cases.put(
        "place of the largest row",
        new Case(
            1, X, (to, x, y) -> to.apply(new ArgReduce(ArgReduce.Kind.MINIMUM, 0, DType.I32), x)));
    cases.put("sort of columns", new Case(1, X, (to, x, y) -> to.apply(new Sort(1, 1, true), x)));
    cases.put("sort of rows", new Case(1, X, (to, x, y) -> to.apply(new Sort(0, 1, false), x)));
    cases.putAll(contractions());
    cases.putAll(places());
    cases.putAll(windows());
    cases.putAll(loops());
    return cases;
  }

  private static Dot dot(List<Integer> lb, List<Integer> rb, List<Integer> lc, List<Integer> rc) {
    return new Dot(lb, rb, lc, rc, DType.F32, Precision.FULL);
  }

  private static Map<String, Case> contractions() {
    var none = List.<Integer>of();
    var kernel = TensorType.f32(6, 5);
    var cases = new LinkedHashMap<String, Case>();
    cases.put(
        "dense",
        new Case(1, kernel, (to, x, y) -> to.apply(dot(none, none, List.of(2), List.of(0)), x, y)));
    cases.put(
        "dense, from the left",
        new Case(1, kernel, (to, x, y) -> to.apply(dot(none, none, List.of(0), List.of(2)), y, x)));
    cases.put(
        "gradient of a kernel",
        new Case(
            0, X, (to, x, y) -> to.apply(dot(none, none, List.of(0, 1), List.of(0, 1)), x, y)));
    cases.put(
        "heads",
        new Case(
            1, X, (to, x, y) -> to.apply(dot(List.of(0, 1), List.of(0, 1), none, none), x, y)));
    cases.put(
        "pairs of rows",
        new Case(
            2, X, (to, x, y) -> to.apply(dot(none, none, List.of(1, 2), List.of(1, 2)), x, x)));
    var window = new Window(3, 1, 1, 1, 1, 1);
    var rows = new Convolution.Layout(0, 2, List.of(1));
    var forward =
        new Convolution(
            List.of(window),
            rows,
            new Convolution.Layout(2, 1, List.of(0)),
            rows,
            1,
            1,
            DType.F32,
            Precision.FULL);
    cases.put(
        "convolution", new Case(1, TensorType.f32(3, 6, 5), (to, x, y) -> to.apply(forward, x, y)));
    // The batch of both is what is added up, as in the gradient of a kernel.
    var gradient =
        new Convolution(
            List.of(new Window(4, 1, 1, 1, 1, 1)),
            new Convolution.Layout(2, 0, List.of(1)),
            new Convolution.Layout(2, 0, List.of(1)),
            new Convolution.Layout(1, 2, List.of(0)),
            1,
            1,
            DType.F32,
            Precision.FULL);
    cases.put("gradient of a convolution", new Case(0, X, (to, x, y) -> to.apply(gradient, x, y)));
    return cases;
  }

  private static Map<String, Case> places() {
    var cases = new LinkedHashMap<String, Case>();
    var table = TensorType.f32(7, 3);
    var indices = Shape.of(8, 4, 6);
    cases.put(
        "embedding",
        new Case(
            1,
            table,
            (to, x, y) ->
                to.apply(
                    Gather.rows(table.shape(), indices), y, to.apply(new Convert(DType.I32), x))));
    var scatter = new Scatter(Scatter.Mode.ADD, List.of(3), List.of(0), List.of(0), indices.rank());
    cases.put(
        "gradient of an embedding",
        new Case(
            0,
            table,
            (to, x, y) -> {
              var updates = to.apply(new Broadcast(Shape.of(8, 4, 6, 3), List.of(0, 1, 2)), x);
              return to.apply(scatter, y, to.apply(new Convert(DType.I32), x), updates);
            }));
    cases.put(
        "part at a place",
        new Case(
            1,
            TensorType.of(DType.I32),
            (to, x, y) -> {
              var zero = to.apply(new Constant(Literal.scalar(DType.I32, 0)));
              return to.apply(new DynamicSlice(List.of(8, 1, 6)), x, zero, y, zero);
            }));
    cases.put(
        "part put at a place",
        new Case(
            1,
            TensorType.of(DType.I32),
            (to, x, y) -> {
              var zero = to.apply(new Constant(Literal.scalar(DType.I32, 0)));
              var part =
                  to.apply(new Slice(List.of(0, 0, 0), List.of(8, 2, 6), List.of(1, 1, 1)), x);
              return to.apply(new DynamicUpdateSlice(), x, part, zero, y, zero);
            }));
    cases.put(
        "random bits",
        new Case(
            1,
            TensorType.of(DType.U32),
            (to, x, y) -> {
              var key =
                  to.apply(new Constant(Literal.fill(TensorType.of(DType.U32, 2), i -> i + 5)));
              var bits = to.apply(new RandomBits(Shape.of(8, 24), 77), key, y, y, y);
              var kept = to.apply(new Convert(DType.F32), to.apply(new Reshape(X.shape()), bits));
              return to.apply(new Binary(Binary.Kind.MAXIMUM), x, kept);
            }));
    cases.put(
        "numbers",
        new Case(
            1,
            X,
            (to, x, y) ->
                to.apply(
                    ADD, to.apply(ADD, x, to.apply(new Iota(X, 1))), to.apply(new Iota(X, 0)))));
    return cases;
  }

  private static Map<String, Case> windows() {
    var one = Window.one();
    var pairs = List.of(one, new Window(2, 2, 0, 0, 1, 1), one);
    var rows = List.of(new Window(2, 2, 0, 0, 1, 1), one, one);
    var cases = new LinkedHashMap<String, Case>();
    cases.put(
        "pooling",
        new Case(1, X, (to, x, y) -> to.apply(new ReduceWindow(Combiner.MAXIMUM, pairs), x)));
    cases.put(
        "pooling of rows",
        new Case(1, X, (to, x, y) -> to.apply(new ReduceWindow(Combiner.ADD, rows), x)));
    cases.put(
        "gradient of pooling",
        new Case(
            1,
            TensorType.f32(8, 2, 6),
            (to, x, y) -> to.apply(new SelectAndScatter(ArgReduce.Kind.MAXIMUM, pairs), x, y)));
    return cases;
  }

  private static Map<String, Case> loops() {
    var cases = new LinkedHashMap<String, Case>();
    // Carries (a state that is zero everywhere, a sum over rows) through the steps of x.
    var body = new Graph.Builder();
    var state = body.input(TensorType.f32(8, 6));
    var sum = body.input(TensorType.f32());
    var slice = body.input(TensorType.f32(8, 6));
    var bias = body.input(TensorType.f32(6));
    var next =
        body.apply(
            ADD,
            body.apply(ADD, state, slice),
            body.apply(new Broadcast(Shape.of(8, 6), List.of(1)), bias));
    var total = body.apply(ADD, sum, body.apply(new Reduce(Combiner.ADD, List.of(0, 1)), next));
    var scan = new Scan(body.build(List.of(next, total, next)), 4, 2, 1, false);
    for (int result = 0; result < 3; result++) {
      int which = result;
      cases.put(
          "loop, result " + which,
          new Case(
              which == 1 ? 0 : 1,
              TensorType.f32(6),
              (to, x, y) -> {
                var zero = to.apply(new Constant(Literal.scalar(DType.F32, 0)));
                var first = to.apply(new Broadcast(Shape.of(8, 6), List.of()), zero);
                var steps = to.apply(new Transpose(List.of(1, 0, 2)), x);
                return to.apply(scan, List.of(first, zero, steps, y), "").get(which);
              }));
    }
    var condition = new Graph.Builder();
    var c = condition.input(X);
    var limit = condition.apply(new Constant(Literal.scalar(DType.F32, 1000)));
    var all = condition.apply(new Reduce(Combiner.MAXIMUM, List.of(0, 1, 2)), c);
    var going = condition.apply(new Compare(Compare.Direction.LT), all, limit);
    var doubling = new Graph.Builder();
    var d = doubling.input(X);
    var twice =
        new While(
            condition.build(List.of(going)), doubling.build(List.of(doubling.apply(ADD, d, d))), 1);
    cases.put("loop of unknown length", new Case(1, X, (to, x, y) -> to.apply(twice, x)));
    return cases;
  }

  @TestFactory
  Stream<DynamicTest> gives() {
    return cases().entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> check(entry.getValue())));
  }

  private static void check(Case each) {
    var builder = new Graph.Builder();
    var x = builder.input(X);
    var y = builder.input(each.y());
    var graph = builder.build(List.of(each.body().of(builder, x, y)));
    // Whole numbers: their sums are exact, in whichever order.
    var inputs =
        List.of(
            Literal.fill(X, i -> (i * 7 + i / 5) % 7),
            Literal.fill(each.y(), i -> (i * 5 + 3) % 11));
    var expected = Interpreter.run(graph, inputs);
    for (int replicas : new int[] {2, 4}) {
      var divided = Sharding.divide(graph, Set.of(0), replicas);
      assertEquals(graph.inputTypes(), divided.inputTypes());
      var found = Interpreter.runReplicas(divided, Collections.nCopies(replicas, inputs));
      assertEquals(Collections.nCopies(replicas, expected), found);
      assertEquals(each.gathered(), gathers(divided), () -> "gathered in\n" + divided);
    }
  }

  private static long gathers(Graph graph) {
    return graph.nodes().stream()
        .mapToLong(
            node ->
                switch (node.op()) {
                  case AllGather _ -> 1;
                  case Scan scan -> gathers(scan.body());
                  default -> 0;
                })
        .sum();
  }

  /** Rows that cannot be divided evenly are every replica's. */
  @Test
  void whatDoesNotDivideIsWhole() {
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(7, 2));
    var y = builder.apply(new Unary(Unary.Kind.NEGATE), x);
    var graph = builder.build(List.of(y));
    assertEquals(graph, Sharding.divide(graph, Set.of(0), 2));
  }
}
