package dev.backplane.runtime.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Constant;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Select;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Window;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Relu behind the pooling instead of before it: the same bits, ties, zeros and NaN included. */
class PoolingTest {
  private static final TensorType X = TensorType.f32(2, 7, 6, 3);
  private static final double[] VALUES = {
    -1, -0.0, 0, 0.5, 0.5, 2, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
  };

  /** Pooling of relu, and its gradient as the gradient of relu writes it. */
  private static Graph graph(List<Window> windows, boolean maskOfResult) {
    var b = new Graph.Builder();
    var x = b.input(X);
    var zero = zero(b, X.shape());
    var y = b.apply(new Binary(Binary.Kind.MAXIMUM), x, zero);
    var pooled = b.apply(new ReduceWindow(Combiner.MAXIMUM, windows), y);
    var d = b.input(pooled.type());
    var s = b.apply(new SelectAndScatter(ArgReduce.Kind.MAXIMUM, windows), y, d);
    var mask = b.apply(new Compare(Compare.Direction.GT), maskOfResult ? y : x, zero);
    return b.build(List.of(pooled, b.apply(new Select(), mask, s, zero)));
  }

  private static Value zero(Graph.Builder b, Shape shape) {
    var zero = b.apply(new Constant(Literal.scalar(DType.F32, 0)));
    return b.apply(new Broadcast(shape, List.of()), zero);
  }

  private static void same(List<Window> windows, boolean exchanged) {
    for (boolean maskOfResult : new boolean[] {true, false}) {
      var graph = graph(windows, maskOfResult);
      var simple = Passes.simplify(graph);
      assertEquals(exchanged, simple.nodes().stream().noneMatch(PoolingTest::isLargeMaximum));
      for (int seed = 0; seed < 50; seed++) {
        var random = new Random(seed);
        var x = Literal.fill(X, _ -> VALUES[random.nextInt(VALUES.length)]);
        var d = Literal.fill(graph.inputTypes().get(1), _ -> 1 + random.nextInt(9));
        var expected = Interpreter.run(graph, List.of(x, d));
        var found = Interpreter.run(simple, List.of(x, d));
        for (int k = 0; k < expected.size(); k++) {
          for (int i = 0; i < expected.get(k).type().shape().size(); i++) {
            assertEquals(
                Double.doubleToLongBits(expected.get(k).doubleAt(i)),
                Double.doubleToLongBits(found.get(k).doubleAt(i)),
                "seed " + seed + ", output " + k + ", element " + i);
          }
        }
      }
    }
  }

  private static boolean isLargeMaximum(dev.backplane.graph.Node node) {
    return node.op() instanceof Binary && node.result().type().equals(X);
  }

  private static List<Window> square(Window window) {
    return List.of(Window.one(), window, window, Window.one());
  }

  @Test
  void windowsSideBySide() {
    same(square(Window.of(2, 2)), true);
  }

  @Test
  void overlappingWindows() {
    same(square(Window.of(3, 2)), true);
  }

  @Test
  void paddedWindowsWithAnElementInEach() {
    same(square(Window.of(3, 2, 1, 1)), true);
  }

  @Test
  void windowsOfNothingButPaddingStayAsTheyAre() {
    same(square(Window.of(2, 2, 2, 0)), false);
  }

  @Test
  void aWindowAtEachElementIsNotWorthIt() {
    same(square(Window.of(3, 1, 1, 1)), false);
  }

  @Test
  void aMaximumWithAnotherConstantMovesToo() {
    var b = new Graph.Builder();
    var x = b.input(X);
    var one = b.apply(new Constant(Literal.scalar(DType.F32, 1)));
    var ones = b.apply(new Broadcast(X.shape(), List.of()), one);
    var y = b.apply(new Binary(Binary.Kind.MAXIMUM), ones, x);
    var windows = square(Window.of(2, 2));
    var graph = b.build(List.of(b.apply(new ReduceWindow(Combiner.MAXIMUM, windows), y)));
    var simple = Passes.simplify(graph);
    assertTrue(simple.nodes().stream().noneMatch(PoolingTest::isLargeMaximum), simple.toString());
    var at = List.of(Literal.fill(X, i -> i % 5 - 2.0));
    assertEquals(Interpreter.run(graph, at), Interpreter.run(simple, at));
  }
}
