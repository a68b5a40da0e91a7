package dev.backplane.runtime.replica;

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
import dev.backplane.op.Op;
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
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * What becomes of a divided operand, one line for each primitive: most are computed part by part,
 * sums over the divided axis are added up over the replicas, and what can do neither gets
 * everything, gathered.
 */
final class Sharing {
  private final Division to;
  private final Node node;
  private final List<Share> operands;

  private Sharing(Division to, Node node, List<Share> operands) {
    this.to = to;
    this.node = node;
    this.operands = operands;
  }

  /** Writes a graph's nodes; gives its outputs. */
  static List<Share> graph(Division to, Graph graph, List<Share> arguments) {
    var shares = new HashMap<Value, Share>();
    for (int i = 0; i < arguments.size(); i++) {
      shares.put(graph.inputs().get(i), arguments.get(i));
    }
    for (var node : graph.nodes()) {
      var operands = node.operands().stream().map(shares::get).toList();
      var results = new Sharing(to, node, operands).results();
      for (int i = 0; i < results.size(); i++) {
        shares.put(node.results().get(i), results.get(i));
      }
    }
    return graph.outputs().stream().map(shares::get).toList();
  }

  private List<Share> results() {
    if (operands.stream().allMatch(Share::isWhole)) {
      return everywhere();
    }
    return switch (node.op()) {
      case Composite composite ->
          throw new IllegalArgumentException(composite.name() + " is to be decomposed before");
      case Primitive primitive -> divided(primitive);
    };
  }

  private List<Share> divided(Primitive op) {
    return switch (op) {
      case Unary _, Binary _, Compare _, Select _, Clamp _, Convert _ -> elementwise(op);
      case BitcastConvert _ -> shape(0).equals(result()) ? elementwise(op) : everywhere();
      case OptimizationBarrier _ -> together(op);
      case Broadcast(Shape shape, List<Integer> axes) -> {
        int axis = axes.get(axis(0));
        yield one(new Broadcast(to.local(shape, axis), axes), axis, x());
      }
      case Reshape(Shape shape) -> {
        int axis = to.sameAxis(shape(0), axis(0), shape);
        yield axis < 0 ? everywhere() : one(new Reshape(to.local(shape, axis)), axis, x());
      }
      case Transpose(List<Integer> permutation) -> one(op, permutation.indexOf(axis(0)), x());
      case Slice slice -> slice(slice);
      case Pad(List<Integer> low, List<Integer> high, List<Integer> interior) -> {
        int axis = axis(0);
        boolean untouched =
            axis >= 0 && low.get(axis) == 0 && high.get(axis) == 0 && interior.get(axis) == 0;
        yield untouched ? one(op, axis, x(), whole(1)) : everywhere();
      }
      case Concatenate(int along) -> along == some() ? everywhere() : elementwise(op);
      case Reverse(List<Integer> axes) ->
          axes.contains(axis(0)) ? everywhere() : one(op, axis(0), x());
      case DynamicSlice slice -> dynamicSlice(slice);
      case DynamicUpdateSlice _ -> dynamicUpdateSlice();
      case Gather gather -> Lookups.gather(this, gather);
      case Scatter scatter -> Lookups.scatter(this, scatter);
      case Dot dot -> Products.dot(this, dot);
      case Convolution convolution -> Products.convolution(this, convolution);
      case Reduce(var combiner, List<Integer> axes) -> {
        if (axes.contains(axis(0))) {
          yield one(new AllReduce(combiner), Share.WHOLE, written(op, x()));
        }
        yield one(op, axis(0) - (int) axes.stream().filter(a -> a < axis(0)).count(), x());
      }
      case ArgReduce reduce ->
          reduce.axis() == axis(0)
              ? everywhere()
              : one(op, axis(0) - (reduce.axis() < axis(0) ? 1 : 0), x());
      case ReduceWindow(var _, List<Window> windows) -> windows(op, windows);
      case SelectAndScatter(var _, List<Window> windows) -> windows(op, windows);
      case Sort sort -> sort.axis() == some() ? everywhere() : together(op);
      case Scan scan -> Loops.scan(this, scan);
      case While _, If _, CustomCall _ -> everywhere();
      case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ ->
          throw new IllegalArgumentException(op.name() + ": the program is divided already");
      case Constant _, Iota _, RandomBits _ ->
          throw new IllegalStateException(op.name() + " has no divided operand");
    };
  }

  // ---- what the rules are made of

  Division to() {
    return to;
  }

  int count() {
    return operands.size();
  }

  /** The axis along which an operand is divided. */
  int axis(int operand) {
    return operands.get(operand).axis();
  }

  /** The shape of a whole operand. */
  Shape shape(int operand) {
    return node.operands().get(operand).type().shape();
  }

  /** The shape of the whole first result. */
  Shape result() {
    return node.results().getFirst().type().shape();
  }

  private Value x() {
    return operands.getFirst().value();
  }

  /** All of an operand. */
  Value whole(int operand) {
    return to.whole(operands.get(operand), node.origin());
  }

  /** The part of an operand along an axis. */
  Value part(int operand, int axis) {
    return to.part(operands.get(operand), axis, node.origin());
  }

  /** The axis of the first operand that is divided. */
  private int some() {
    return operands.stream().filter(s -> !s.isWhole()).findFirst().orElseThrow().axis();
  }

  Value written(Op op, Value... values) {
    return to.one(op, node.origin(), values);
  }

  List<Value> written(Op op, List<Value> values) {
    return to.write(op, values, node.origin());
  }

  /** A result of which each has a part along an axis, or all of it. */
  List<Share> one(Op op, int axis, Value... values) {
    return List.of(new Share(written(op, values), axis));
  }

  /** The sum over all replicas of what each has computed. */
  List<Share> summed(Value value) {
    return one(new AllReduce(dev.backplane.op.Combiner.ADD), Share.WHOLE, value);
  }

  /** Every replica computes everything. */
  List<Share> everywhere() {
    var values = new ArrayList<Value>();
    for (int i = 0; i < operands.size(); i++) {
      values.add(whole(i));
    }
    return written(node.op(), values).stream().map(Share::whole).toList();
  }

  /** Operands and results of one shape, divided alike. */
  private List<Share> together(Op op) {
    int axis = some();
    var values = new ArrayList<Value>();
    for (int i = 0; i < operands.size(); i++) {
      boolean alike = shape(i).equals(shape(0)) && to.divides(shape(i), axis);
      if (!alike) {
        return everywhere();
      }
      values.add(part(i, axis));
    }
    return written(op, values).stream().map(value -> new Share(value, axis)).toList();
  }

  /** The same of operands that may differ along other axes. */
  private List<Share> elementwise(Op op) {
    int axis = some();
    var values = new ArrayList<Value>();
    for (int i = 0; i < operands.size(); i++) {
      values.add(part(i, axis));
    }
    return List.of(new Share(written(op, values).getFirst(), axis));
  }

  private List<Share> slice(Slice slice) {
    int axis = axis(0);
    int dimension = shape(0).dimension(axis);
    if (result().dimension(axis) != dimension) {
      return everywhere();
    }
    var limits = new ArrayList<>(slice.limits());
    limits.set(axis, dimension / to.replicas());
    return one(new Slice(slice.starts(), limits, slice.strides()), axis, x());
  }

  private List<Share> dynamicSlice(DynamicSlice slice) {
    int axis = axis(0);
    if (axis < 0 || slice.sizes().get(axis) != shape(0).dimension(axis)) {
      return everywhere();
    }
    var values = new ArrayList<Value>();
    values.add(x());
    for (int i = 1; i < operands.size(); i++) {
      values.add(whole(i));
    }
    var sizes = to.local(result(), axis).dimensions();
    return List.of(new Share(written(new DynamicSlice(sizes), values).getFirst(), axis));
  }

  private List<Share> dynamicUpdateSlice() {
    int axis = axis(0) < 0 ? axis(1) : axis(0);
    if (axis < 0 || shape(1).dimension(axis) != shape(0).dimension(axis)) {
      return everywhere();
    }
    var values = new ArrayList<Value>();
    values.add(part(0, axis));
    values.add(part(1, axis));
    for (int i = 2; i < operands.size(); i++) {
      values.add(whole(i));
    }
    return List.of(new Share(written(node.op(), values).getFirst(), axis));
  }

  /** Windows of one element along the divided axis. */
  private List<Share> windows(Op op, List<Window> windows) {
    int axis = some();
    return windows.get(axis).equals(Window.one()) ? elementwise(op) : everywhere();
  }
}
