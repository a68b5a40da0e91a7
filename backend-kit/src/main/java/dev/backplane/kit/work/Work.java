package dev.backplane.kit.work;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Compare;
import dev.backplane.op.Composite;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Convolution;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Dot;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Gather;
import dev.backplane.op.If;
import dev.backplane.op.Iota;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Pad;
import dev.backplane.op.Primitive;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceScatter;
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
import java.util.Collection;
import java.util.List;

/**
 * How much work nodes are, counted from their types. An operation is one on floating numbers: a
 * multiplication and an addition are two, a function such as e^x is one however long it takes;
 * comparing, choosing and moving are none. Products with what padding and dilation put in count
 * too.
 */
public final class Work {
  private Work() {}

  /** Operations on floating numbers of all nodes of a graph. */
  public static long flops(Graph graph) {
    return graph.nodes().stream().mapToLong(Work::flops).sum();
  }

  /** Operations on floating numbers; 0 where it has none, or where it depends on the data. */
  public static long flops(Node node) {
    return switch (node.op()) {
      case Composite composite -> flops(composite.decomposition());
      case Primitive primitive -> flops(node, primitive);
    };
  }

  private static long flops(Node node, Primitive primitive) {
    return switch (primitive) {
      case Unary _, Binary _ -> results(node);
      case Dot op -> 2 * results(node) * contracted(node, op);
      case Convolution op -> 2 * results(node) * positions(node, op);
      case Reduce _, AllReduce _, ReduceScatter _ -> floating(node.operands());
      case ReduceWindow op -> results(node) * window(op.windows());
      // One addition for each position of the window; choosing is none.
      case SelectAndScatter _ -> floating(node.operands().subList(1, 2));
      case Scatter op ->
          op.mode() == Scatter.Mode.ASSIGN ? 0 : floating(node.operands().subList(2, 3));
      case Scan op -> op.length() * flops(op.body());
      case Constant _, Iota _, Broadcast _, Reshape _, Transpose _, Slice _, Pad _ -> 0;
      case Concatenate _, Reverse _, DynamicSlice _, DynamicUpdateSlice _, Gather _ -> 0;
      case BitcastConvert _, OptimizationBarrier _, Compare _, Select _, Clamp _, Convert _ -> 0;
      case ArgReduce _, RandomBits _, Sort _, AllGather _, CollectivePermute _ -> 0;
      case While _, If _, CustomCall _ -> 0;
    };
  }

  /** What is read and written, each value once. */
  public static long bytes(Collection<Value> reads, Collection<Value> writes) {
    return reads.stream().distinct().mapToLong(value -> value.type().bytes()).sum()
        + writes.stream().mapToLong(value -> value.type().bytes()).sum();
  }

  private static long results(Node node) {
    return floating(node.results());
  }

  private static long floating(List<Value> values) {
    return values.stream()
        .map(Value::type)
        .filter(type -> type.dtype().isFloating())
        .mapToLong(type -> type.shape().size())
        .sum();
  }

  private static long contracted(Node node, Dot op) {
    var left = node.operands().getFirst().type().shape();
    long contracted = 1;
    for (int axis : op.leftContract()) {
      contracted *= left.dimension(axis);
    }
    return contracted;
  }

  /** The products that are added up for one element of the result. */
  private static long positions(Node node, Convolution op) {
    var kernel = node.operands().get(1).type().shape();
    return kernel.size() / Math.max(1, kernel.dimension(op.kernel().batch()));
  }

  private static long window(List<Window> windows) {
    long size = 1;
    for (var window : windows) {
      size *= window.size();
    }
    return size;
  }
}
