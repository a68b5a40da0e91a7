package dev.backplane.runtime.replica;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Combiner;
import dev.backplane.op.If;
import dev.backplane.op.Iota;
import dev.backplane.op.Op;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.Reshape;
import dev.backplane.op.Scan;
import dev.backplane.op.While;
import dev.backplane.runtime.pass.Decompose;
import dev.backplane.runtime.pass.Passes;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Set;

/**
 * Divides a program among the replicas of a group, each of which works on its part of the rows that
 * come from the host: data-parallel training, of which layers, losses and metrics know nothing.
 * Each op is computed part by part where its definition allows that, and results are reduced or
 * gathered over the replicas where it does not (as Xu et al., <em>GSPMD</em>, 2021, for one axis).
 * So the divided program gives what the whole one gives, but for the order of sums: also batch
 * normalization sees all rows, and random bits are those of one device.
 *
 * <p>Every replica is handed all inputs and has all outputs.
 */
public final class Sharding {
  private Sharding() {}

  /**
   * Divides a program.
   *
   * @param graph for one device
   * @param rows the inputs whose first axis is divided, where it can be
   * @param replicas how many
   * @return for each replica; with inputs and outputs of the same types
   */
  public static Graph divide(Graph graph, Set<Integer> rows, int replicas) {
    var whole = Passes.simplify(Decompose.all(graph));
    if (replicas == 1 || hasCollectives(whole)) {
      return graph;
    }
    var to = new Division(replicas);
    var inputs = whole.inputTypes().stream().map(to.builder()::input).toList();
    to.number(number(to));
    var arguments = new ArrayList<Share>();
    for (int i = 0; i < inputs.size(); i++) {
      var share = Share.whole(inputs.get(i));
      var shape = share.shape();
      boolean divides = rows.contains(i) && shape.rank() > 0 && to.divides(shape, 0);
      arguments.add(divides ? new Share(to.part(share, 0, ""), 0) : share);
    }
    var outputs = new ArrayList<Value>();
    for (var share : Sharing.graph(to, whole, arguments)) {
      outputs.add(to.whole(share, ""));
    }
    return Passes.simplify(to.builder().build(outputs));
  }

  /** The number of the replica: of 0, 1, 2 … each gets its own. */
  private static Value number(Division to) {
    var type = new TensorType(DType.I32, Shape.of(to.replicas()));
    var all = to.one(new Iota(type, 0), "");
    var own = to.one(new ReduceScatter(Combiner.MAXIMUM, 0, to.replicas()), "", all);
    return to.one(new Reshape(Shape.scalar()), "", own);
  }

  private static boolean hasCollectives(Graph graph) {
    return graph.nodes().stream().anyMatch(node -> hasCollectives(node.op()));
  }

  private static boolean hasCollectives(Op op) {
    return switch (op) {
      case AllReduce _, AllGather _, ReduceScatter _, CollectivePermute _ -> true;
      case Scan scan -> hasCollectives(scan.body());
      case While loop -> hasCollectives(loop.condition()) || hasCollectives(loop.body());
      case If branch -> hasCollectives(branch.then()) || hasCollectives(branch.otherwise());
      default -> false;
    };
  }
}
