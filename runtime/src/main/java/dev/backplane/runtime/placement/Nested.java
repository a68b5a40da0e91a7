package dev.backplane.runtime.placement;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
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
import java.util.ArrayList;
import java.util.function.UnaryOperator;

/** The graphs inside ops. */
final class Nested {
  private Nested() {}

  /** The primitive with its graphs, where it has any, replaced. */
  static Primitive map(Primitive op, UnaryOperator<Graph> change) {
    return switch (op) {
      case Scan scan ->
          new Scan(
              change.apply(scan.body()),
              scan.length(),
              scan.carries(),
              scan.scanned(),
              scan.reverse());
      case While loop ->
          new While(change.apply(loop.condition()), change.apply(loop.body()), loop.carries());
      case If branch -> new If(change.apply(branch.then()), change.apply(branch.otherwise()));
      case Unary _, Binary _, Compare _, Select _, Clamp _, Convert _, BitcastConvert _ -> op;
      case Constant _, Iota _, Broadcast _, Reshape _, Transpose _, Slice _, Pad _ -> op;
      case Concatenate _, Reverse _, DynamicSlice _, DynamicUpdateSlice _, Gather _ -> op;
      case Scatter _, Dot _, Convolution _, Reduce _, ArgReduce _, ReduceWindow _ -> op;
      case SelectAndScatter _, Sort _, RandomBits _, OptimizationBarrier _, CustomCall _ -> op;
      case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ -> op;
    };
  }

  /** The number of the first primitive set that holds an op and all inside it. */
  static int since(Op op) {
    return switch (op) {
      case Composite composite -> since(composite.decomposition());
      case Primitive primitive -> {
        var inner = new ArrayList<Graph>();
        map(
            primitive,
            graph -> {
              inner.add(graph);
              return graph;
            });
        int newest = primitive.since();
        for (var graph : inner) {
          newest = Math.max(newest, since(graph));
        }
        yield newest;
      }
    };
  }

  private static int since(Graph graph) {
    return graph.nodes().stream().map(Node::op).mapToInt(Nested::since).max().orElse(1);
  }
}
