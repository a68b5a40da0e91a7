package dev.backplane.runtime.replica;

import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Constant;
import dev.backplane.op.Gather;
import dev.backplane.op.Scatter;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.stream.IntStream;

/** Gather and Scatter at divided indices: each replica looks up, or adds, its own rows. */
final class Lookups {
  private Lookups() {}

  static List<Share> gather(Sharing s, Gather gather) {
    int axis = s.axis(1);
    if (axis < 0 || axis == gather.indexAxis()) {
      return s.everywhere();
    }
    var batch = others(s.result().rank(), gather.offsetAxes());
    return s.one(gather, batch.get(place(axis, gather.indexAxis())), s.whole(0), s.part(1, axis));
  }

  /** Sums into zeros, added up over the replicas, and then to what was there. */
  static List<Share> scatter(Sharing s, Scatter scatter) {
    var batch = others(s.shape(2).rank(), scatter.windowAxes());
    int updates = s.axis(2);
    int axis = s.axis(1);
    if (axis < 0 && updates >= 0 && batch.contains(updates)) {
      int at = batch.indexOf(updates);
      axis = at < scatter.indexAxis() ? at : at + 1;
    }
    if (scatter.mode() != Scatter.Mode.ADD || axis < 0 || axis == scatter.indexAxis()) {
      return s.everywhere();
    }
    updates = batch.get(place(axis, scatter.indexAxis()));
    var x = s.whole(0);
    var sum = s.summed(s.written(scatter, zeros(s, x), s.part(1, axis), s.part(2, updates)));
    return s.one(new Binary(Binary.Kind.ADD), Share.WHOLE, x, sum.getFirst().value());
  }

  private static Value zeros(Sharing s, Value like) {
    var scalar = s.written(new Constant(Literal.scalar(like.type().dtype(), 0)));
    return s.written(new Broadcast(like.type().shape(), List.of()), scalar);
  }

  /** The place of an axis of the indices among those that are not the vectors'. */
  private static int place(int axis, int indexAxis) {
    return axis < indexAxis ? axis : axis - 1;
  }

  private static List<Integer> others(int rank, List<Integer> axes) {
    return IntStream.range(0, rank).filter(axis -> !axes.contains(axis)).boxed().toList();
  }
}
