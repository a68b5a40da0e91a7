package dev.backplane.runtime.pass;

import dev.backplane.graph.Value;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Select;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Window;
import java.util.List;
import java.util.Optional;

/**
 * Exchanges max-pooling and what is below it: the largest of max(x, c) is max(the largest of x, c),
 * computed on as many elements as there are windows. Relu is that with c = 0, and its gradient
 * moves along: where the largest element of a window is not above 0, none of it had a gradient;
 * where it is, relu changed nothing about which element is chosen. So all bits stay what they were.
 */
final class Pooling {
  private Pooling() {}

  /** Pooling of max(x, c) as max(pooling of x, c). */
  static Optional<Value> reduceWindow(
      ReduceWindow op, Value pooled, Rewriter graph, String origin) {
    if (op.combiner() != Combiner.MAXIMUM || !shrinks(op.windows(), pooled)) {
      return Optional.empty();
    }
    for (int side = 0; side < 2; side++) {
      var x = maximumWithConstant(pooled, side, graph);
      if (x.isPresent()) {
        var constant = graph.splat(maximum(pooled, graph).orElseThrow().get(side)).orElseThrow();
        var window = graph.write(op, origin, x.get());
        var bound = graph.fill(constant, window.type().shape(), origin);
        return Optional.of(graph.write(new Binary(Binary.Kind.MAXIMUM), origin, window, bound));
      }
    }
    return Optional.empty();
  }

  /**
   * What relu lets through of a pooling's gradient, as the pooling's gradient of what the relu
   * behind it lets through: where y = max(x, 0) and y or x is above 0, else 0.
   */
  static Optional<Value> select(List<Value> operands, Rewriter graph, String origin) {
    var mask = graph.made(operands.getFirst(), Compare.class);
    var scattered = graph.made(operands.get(1), SelectAndScatter.class);
    if (mask.isEmpty()
        || scattered.isEmpty()
        || mask.get().op().direction() != Compare.Direction.GT
        || scattered.get().op().select() != ArgReduce.Kind.MAXIMUM
        || !isZero(mask.get().operands().get(1), graph)
        || !isZero(operands.get(2), graph)) {
      return Optional.empty();
    }
    var op = scattered.get().op();
    var y = scattered.get().x();
    if (!shrinks(op.windows(), y)) {
      return Optional.empty();
    }
    for (int side = 0; side < 2; side++) {
      var x = maximumWithConstant(y, side, graph);
      if (x.isPresent()
          && isZero(maximum(y, graph).orElseThrow().get(side), graph)
          && (mask.get().x().equals(y) || mask.get().x().equals(x.get()))) {
        var source = scattered.get().operands().get(1);
        var largest =
            graph.write(new ReduceWindow(Combiner.MAXIMUM, op.windows()), origin, x.get());
        var zero = graph.splat(operands.get(2)).orElseThrow();
        var zeros = graph.fill(zero, source.type().shape(), origin);
        var above = graph.write(new Compare(Compare.Direction.GT), origin, largest, zeros);
        var let = graph.write(new Select(), origin, above, source, zeros);
        return Optional.of(graph.write(op, origin, x.get(), let));
      }
    }
    return Optional.empty();
  }

  private static Optional<List<Value>> maximum(Value value, Rewriter graph) {
    return graph
        .made(value, Binary.class)
        .filter(made -> made.op().kind() == Binary.Kind.MAXIMUM)
        .map(Rewriter.Made::operands);
  }

  /** The other operand, if the value is a maximum whose operand on a side is one element. */
  private static Optional<Value> maximumWithConstant(Value value, int side, Rewriter graph) {
    return maximum(value, graph)
        .filter(operands -> graph.splat(operands.get(side)).isPresent())
        .map(operands -> operands.get(1 - side));
  }

  /** Whether all elements are +0. */
  private static boolean isZero(Value value, Rewriter graph) {
    return graph
        .splat(value)
        .filter(zero -> Double.doubleToRawLongBits(zero.doubleAt(0)) == 0)
        .isPresent();
  }

  /** Whether there are fewer windows than elements, and in each at least one. */
  private static boolean shrinks(List<Window> windows, Value x) {
    long positions = 1;
    for (int axis = 0; axis < windows.size(); axis++) {
      var w = windows.get(axis);
      boolean reaches = w.low() < w.size() && w.high() < w.size() && w.windowDilation() == 1;
      boolean inside = w.low() <= 0 && w.high() <= 0;
      if (w.baseDilation() > 1 || !(reaches || inside)) {
        return false;
      }
      positions *= w.positions(x.type().shape().dimension(axis));
    }
    return positions < x.type().shape().size();
  }
}
