package dev.backplane.runtime.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Composite;
import dev.backplane.op.CompositeGradient;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Scan;
import dev.backplane.op.Scatter;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Unary;
import dev.backplane.op.While;
import dev.backplane.op.Window;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GradientContractTest {
  private static final TensorType SCALAR = TensorType.of(DType.F64);
  private static final Binary MULTIPLY = new Binary(Binary.Kind.MULTIPLY);

  private static Graph graph(
      List<TensorType> types, BiFunction<Graph.Builder, List<Value>, List<Value>> body) {
    return GradientCases.graph(types, body);
  }

  private static Composite composite(String name, Graph decomposition) {
    return new Composite(name, 1, Attributes.none(), decomposition, Optional.empty());
  }

  /** x³, which keeps x² and says that its gradient is 100·x², so that it can be told apart. */
  private static Composite cube() {
    var one = List.of(SCALAR);
    var cube =
        graph(
            one,
            (b, x) -> List.of(b.apply(MULTIPLY, b.apply(MULTIPLY, x.get(0), x.get(0)), x.get(0))));
    var forward =
        graph(
            one,
            (b, x) -> {
              var square = b.apply(MULTIPLY, x.get(0), x.get(0));
              return List.of(b.apply(MULTIPLY, square, x.get(0)), square);
            });
    var backward =
        graph(
            List.of(SCALAR, SCALAR, SCALAR, SCALAR),
            (b, x) -> {
              var hundred = b.apply(new Constant(Literal.scalar(DType.F64, 100.0)));
              return List.of(b.apply(MULTIPLY, x.get(3), b.apply(MULTIPLY, x.get(2), hundred)));
            });
    var gradient =
        new CompositeGradient(
            composite("cube.forward", forward), composite("cube.backward", backward));
    return new Composite("cube", 1, Attributes.none(), cube, Optional.of(gradient));
  }

  @Test
  void aCompositesOwnGradientIsUsedAndItsForwardNodeKeepsResiduals() {
    var builder = new Graph.Builder();
    var x = builder.input(SCALAR);
    var y = builder.apply(cube(), x);
    var gradient = Gradient.append(builder, y, List.of(x)).getFirst();
    var graph = builder.build(List.of(y, gradient));
    var names = graph.nodes().stream().map(node -> node.op().name()).toList();
    assertEquals(List.of("cube.forward", "Constant", "cube.backward"), names);
    assertEquals(
        List.of(Literal.scalar(DType.F64, 8.0), Literal.scalar(DType.F64, 400.0)),
        Interpreter.run(graph, List.of(Literal.scalar(DType.F64, 2.0))));
  }

  @Test
  void aCompositesOwnGradientIsUsedInAScan() {
    var body = graph(List.of(SCALAR), (b, x) -> b.apply(cube(), x, ""));
    var forward = graph(List.of(SCALAR), (b, x) -> b.apply(new Scan(body, 2, 1, 0, false), x, ""));
    var results =
        Interpreter.run(Gradient.of(forward, List.of(0)), List.of(Literal.scalar(DType.F64, 0.5)));
    // 100·(x³)² · 100·x²
    double x = 0.5;
    assertEquals(1e4 * Math.pow(x, 8), results.get(1).toDouble(), 1e-9);
  }

  @Test
  void whereNothingFlowsNothingIsAppended() {
    var zeros =
        graph(
            List.of(SCALAR, SCALAR, SCALAR),
            (b, x) -> List.of(b.apply(new Constant(Literal.scalar(DType.F64, 0.0)))));
    var identity = graph(List.of(SCALAR), (b, x) -> x);
    var gradient =
        new CompositeGradient(
            composite("stop.forward", identity), composite("stop.backward", zeros));
    var stop = new Composite("stop", 1, Attributes.none(), identity, Optional.of(gradient));
    var forward =
        graph(
            List.of(SCALAR),
            (b, x) -> List.of(b.apply(MULTIPLY, b.apply(stop, x.get(0)), x.get(0))));
    var result = Gradient.of(forward, List.of(0));
    var names = result.nodes().stream().map(node -> node.op().name()).toList();
    assertEquals(List.of("stop", "Binary", "Constant", "Binary"), names);
    var values = Interpreter.run(result, List.of(Literal.scalar(DType.F64, 3.0)));
    assertEquals(3.0, values.get(1).toDouble());
  }

  @Test
  void whatTheOutputDoesNotDependOnGetsZeros() {
    var types = List.of(SCALAR, TensorType.of(DType.F64, 2), SCALAR);
    var forward =
        graph(
            types,
            (b, x) -> {
              var sign = b.apply(new Unary(Unary.Kind.SIGN), x.get(2));
              return List.of(b.apply(MULTIPLY, x.get(0), sign));
            });
    var at =
        List.of(
            Literal.scalar(DType.F64, 2.0),
            Literal.of(Shape.of(2), 1.0, 2.0),
            Literal.scalar(DType.F64, -5.0));
    var results = Interpreter.run(Gradient.of(forward, List.of(0, 1, 2)), at);
    assertEquals(Literal.scalar(DType.F64, -1.0), results.get(1));
    assertEquals(Literal.of(Shape.of(2), 0.0, 0.0), results.get(2));
    assertEquals(Literal.scalar(DType.F64, 0.0), results.get(3));
  }

  @Test
  void integersAreConstants() {
    var types = List.of(TensorType.of(DType.I32, 3), TensorType.of(DType.F64, 3));
    var forward =
        graph(
            types,
            (b, x) -> {
              var product = b.apply(MULTIPLY, b.apply(new Convert(DType.F64), x.get(0)), x.get(1));
              return List.of(b.apply(new Reduce(Combiner.ADD, List.of(0)), product));
            });
    var at = List.of(Literal.of(Shape.of(3), 1, 2, 3), Literal.of(Shape.of(3), 4.0, 5.0, 6.0));
    var results = Interpreter.run(Gradient.of(forward, List.of(1)), at);
    assertEquals(Literal.of(Shape.of(3), 1.0, 2.0, 3.0), results.get(1));
    assertRefused("expected a floating value to differentiate by, found i32[3]", forward, 0);
  }

  private static void assertRefused(String part, Graph forward, int place) {
    var e = assertThrows(GradientException.class, () -> Gradient.of(forward, List.of(place)));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void onlyAFloatingScalarIsDifferentiated() {
    var vector = graph(List.of(TensorType.of(DType.F64, 2)), (b, x) -> x);
    assertRefused("expected a floating scalar to differentiate, found f64[2]", vector, 0);
    var integer = graph(List.of(TensorType.of(DType.I32)), (b, x) -> x);
    assertRefused("found i32[]", integer, 0);
  }

  @Test
  void opsWithoutGradientAreRefusedByNameWithAnAlternative() {
    var condition =
        graph(
            List.of(SCALAR),
            (b, x) -> {
              var bound = b.apply(new Constant(Literal.scalar(DType.F64, 100.0)));
              return List.of(b.apply(new Compare(Compare.Direction.LT), x.get(0), bound));
            });
    var body = graph(List.of(SCALAR), (b, x) -> List.of(b.apply(MULTIPLY, x.get(0), x.get(0))));
    var loop =
        graph(List.of(SCALAR), (b, x) -> b.apply(new While(condition, body, 1), x, "model/loop"));
    assertRefused("While has no gradient", loop, 0);
    assertRefused("use Scan, in model/loop", loop, 0);
    var call =
        graph(
            List.of(SCALAR),
            (b, x) ->
                b.apply(new CustomCall("acme.magic", Attributes.none(), List.of(SCALAR)), x, ""));
    assertRefused("acme.magic", call, 0);
    var f16 = TensorType.of(DType.F16);
    var bits =
        graph(List.of(f16), (b, x) -> List.of(b.apply(new BitcastConvert(DType.BF16), x.get(0))));
    assertRefused("BitcastConvert has no gradient", bits, 0);
    var vector = TensorType.of(DType.F64, 2);
    var product =
        graph(
            List.of(vector, TensorType.of(DType.I32, 2, 1), vector),
            (b, x) -> {
              var mode = Scatter.Mode.MULTIPLY;
              var scatter = new Scatter(mode, List.of(), List.of(0), List.of(0), 1);
              var result = b.apply(scatter, x, "").getFirst();
              return List.of(b.apply(new Reduce(Combiner.ADD, List.of(0)), result));
            });
    assertRefused("Scatter has no gradient: the updates of a MULTIPLY", product, 2);
  }

  @Test
  void opsWithoutGradientAreNoObstacleBesideThePath() {
    var condition =
        graph(
            List.of(SCALAR),
            (b, x) -> {
              var bound = b.apply(new Constant(Literal.scalar(DType.F64, 100.0)));
              return List.of(b.apply(new Compare(Compare.Direction.LT), x.get(0), bound));
            });
    var body = graph(List.of(SCALAR), (b, x) -> List.of(b.apply(MULTIPLY, x.get(0), x.get(0))));
    var forward =
        graph(
            List.of(SCALAR, SCALAR),
            (b, x) -> {
              var grown = b.apply(new While(condition, body, 1), List.of(x.get(0)), "");
              return List.of(b.apply(MULTIPLY, grown.getFirst(), x.get(1)));
            });
    var at = List.of(Literal.scalar(DType.F64, 3.0), Literal.scalar(DType.F64, 5.0));
    assertEquals(6561.0, Interpreter.run(Gradient.of(forward, List.of(1)), at).get(1).toDouble());
  }

  @Test
  void tiesGoWhereTheRulesSay() {
    var type = TensorType.of(DType.F64, 4);
    var at = List.of(Literal.of(Shape.of(4), -1.0, 0.0, 2.0, 2.0));
    var zero =
        tie(
            type,
            at,
            (b, x) -> {
              var scalar = b.apply(new Constant(Literal.scalar(DType.F64, 0.0)));
              var zeros = b.apply(new Broadcast(Shape.of(4), List.of()), scalar);
              return b.apply(new Binary(Binary.Kind.MAXIMUM), x, zeros);
            });
    assertEquals(Literal.of(Shape.of(4), 0.0, 0.0, 1.0, 1.0), zero);
    var most = tie(type, at, (b, x) -> b.apply(new Reduce(Combiner.MAXIMUM, List.of(0)), x));
    assertEquals(Literal.of(Shape.of(4), 0.0, 0.0, 0.5, 0.5), most);
    var window =
        tie(
            type,
            at,
            (b, x) -> b.apply(new ReduceWindow(Combiner.MAXIMUM, List.of(Window.of(2, 2))), x));
    assertEquals(Literal.of(Shape.of(4), 0.0, 1.0, 1.0, 0.0), window);
    var absolute = tie(type, at, (b, x) -> b.apply(new Unary(Unary.Kind.ABS), x));
    assertEquals(Literal.of(Shape.of(4), -1.0, 0.0, 1.0, 1.0), absolute);
  }

  @Test
  void paddingIsNeverChosenNotEvenBesideInfinity() {
    var pooled =
        graph(
            List.of(TensorType.of(DType.F64, 2)),
            (b, x) -> {
              var at = Literal.of(Shape.of(2), Double.NEGATIVE_INFINITY, 1.0);
              var windows = List.of(Window.of(2, 2, 1, 1));
              var choose = new SelectAndScatter(ArgReduce.Kind.MAXIMUM, windows);
              var chosen = b.apply(choose, b.apply(new Constant(at)), x.getFirst());
              var weights = b.apply(new Constant(Literal.of(Shape.of(2), 3.0, 5.0)));
              var product = b.apply(MULTIPLY, chosen, weights);
              return List.of(b.apply(new Reduce(Combiner.ADD, List.of(0)), product));
            });
    var at = List.of(Literal.of(Shape.of(2), 1.0, 1.0));
    var found = Interpreter.run(Gradient.of(pooled, List.of(0)), at).get(1);
    assertEquals(Literal.of(Shape.of(2), 3.0, 5.0), found);
  }

  private static Literal tie(
      TensorType type, List<Literal> at, BiFunction<Graph.Builder, Value, Value> function) {
    var forward =
        graph(
            List.of(type),
            (b, x) -> {
              var y = function.apply(b, x.getFirst());
              var axes = IntStream.range(0, y.type().shape().rank()).boxed().toList();
              return List.of(b.apply(new Reduce(Combiner.ADD, axes), y));
            });
    return Interpreter.run(Gradient.of(forward, List.of(0)), at).get(1);
  }

  @Test
  void lowPrecisionComputesInTheResultsDTypeAndRoundsOnce() {
    var type = TensorType.of(DType.BF16, 2, 2);
    var forward =
        graph(
            List.of(type, type),
            (b, x) -> {
              var dot =
                  new Dot(List.of(), List.of(), List.of(1), List.of(0), DType.F32, Precision.FULL);
              var product = b.apply(dot, x, "").getFirst();
              return List.of(b.apply(new Reduce(Combiner.ADD, List.of(0, 1)), product));
            });
    var x = Literal.fill(type, i -> 1 + i / 128.0);
    var gradient = Gradient.of(forward, List.of(0));
    var found = Interpreter.run(gradient, List.of(x, x)).get(1);
    // Rows of x summed: 2 + 1/128 and 2 + 5/128, which bf16 rounds to 2 and 2 + 2/64.
    assertEquals(Literal.fill(type, i -> i % 2 == 0 ? 2.0 : 2.03125), found);
  }
}
