package dev.backplane.backend.cpu.program;

import dev.backplane.backend.Support;
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
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/** Which ops this backend runs itself; where not, why. */
public final class Coverage {
  private Coverage() {}

  /** Whether an op on operands of these types is native. */
  public static Support supports(Op op, List<TensorType> operands) {
    try {
      op.infer(operands);
    } catch (ShapeException e) {
      return new Support.No("no device runs it: " + e.getMessage());
    }
    return switch (op) {
      case Composite composite ->
          new Support.ByDecomposition(
              "the CPU backend fuses what " + composite.name() + " is made of");
      case Primitive primitive ->
          refusal(primitive, operands)
              .<Support>map(
                  reason ->
                      new Support.No("the CPU backend leaves it to another device: " + reason))
              .orElseGet(Support.Native::new);
    };
  }

  /** A loop or a branch runs here if all inside it does. */
  private static Optional<String> inside(Graph... bodies) {
    for (var body : bodies) {
      for (var node : body.nodes()) {
        var refused = refusal(node);
        if (refused.isPresent()) {
          return Optional.of("in its body, " + node.op().name() + ": " + refused.get());
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> refusal(Node node) {
    return switch (node.op()) {
      case Composite _ -> Optional.of("it is not decomposed");
      case Primitive primitive -> refusal(primitive, Value.types(node.operands()));
    };
  }

  private static Optional<String> refusal(Primitive op, List<TensorType> operands) {
    return switch (op) {
      case Unary _, Binary _, Compare _, Select _, Clamp _, Convert _, Reduce _ ->
          Kernels.refuses(sample(op, operands));
      case Constant _, Iota _, Broadcast _, Reshape _, BitcastConvert _, OptimizationBarrier _ ->
          Optional.empty();
      case Transpose _, Slice _, Pad _, Concatenate _, Reverse _ -> Optional.empty();
      case DynamicSlice _, DynamicUpdateSlice _, Gather _ -> Optional.empty();
      case Dot _, Convolution _, ArgReduce _, RandomBits _ -> Optional.empty();
      case ReduceWindow _, SelectAndScatter _, Scatter _, Sort _ -> Optional.empty();
      case Scan scan -> inside(scan.body());
      case While loop -> inside(loop.condition(), loop.body());
      case If branches -> inside(branches.then(), branches.otherwise());
      case CustomCall call -> no("no target " + call.target() + " is registered here");
      case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ ->
          no("it opens no replica groups");
    };
  }

  private static Optional<String> no(String reason) {
    return Optional.of(reason);
  }

  private static Node sample(Op op, List<TensorType> operands) {
    var values = new java.util.ArrayList<Value>();
    operands.forEach(type -> values.add(new Value(values.size(), type)));
    var results = new java.util.ArrayList<Value>();
    op.infer(operands)
        .forEach(type -> results.add(new Value(values.size() + results.size(), type)));
    return new Node(op, values, results, "");
  }
}
