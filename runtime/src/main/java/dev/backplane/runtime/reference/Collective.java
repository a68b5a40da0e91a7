package dev.backplane.runtime.reference;

import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Primitive;
import dev.backplane.op.ReduceScatter;
import dev.backplane.runtime.reference.Interpreter.Replicas;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** AllReduce, AllGather, ReduceScatter, CollectivePermute, over the virtual replicas of a group. */
final class Collective {
  private Collective() {}

  static List<Dense> allReduce(AllReduce op, List<Dense> values, Replicas replicas) {
    requireAll(op, replicas);
    return Collections.nCopies(values.size(), Reduction.combine(op.combiner(), values));
  }

  static List<Dense> allGather(
      AllGather op, List<Dense> values, TensorType type, Replicas replicas) {
    requireAll(op, replicas);
    requireSize(op, op.replicas(), replicas);
    var whole = Movement.concatenate(new Concatenate(op.axis()), values, type);
    return Collections.nCopies(values.size(), whole);
  }

  static List<Dense> reduceScatter(
      ReduceScatter op, List<Dense> values, TensorType type, Replicas replicas) {
    requireAll(op, replicas);
    requireSize(op, op.replicas(), replicas);
    var whole = Reduction.combine(op.combiner(), values);
    var strides = Walk.strides(whole.type().shape());
    int step = type.shape().dimension(op.axis()) * strides[op.axis()];
    var parts = new ArrayList<Dense>();
    for (int replica = 0; replica < values.size(); replica++) {
      parts.add(Movement.read(whole, type.shape(), new Movement.View(replica * step, strides)));
    }
    return parts;
  }

  static List<Dense> collectivePermute(
      CollectivePermute op, List<Dense> values, Replicas replicas) {
    requireAll(op, replicas);
    var result = new ArrayList<>(replicas.each(() -> Dense.zeros(values.getFirst().type())));
    for (int i = 0; i < op.sources().size(); i++) {
      int source = op.sources().get(i);
      int target = op.targets().get(i);
      if (Math.max(source, target) >= replicas.group()) {
        throw new UnsupportedProgramException(
            "reference: CollectivePermute sends from replica "
                + source
                + " to "
                + target
                + " in a group of "
                + replicas.group());
      }
      result.set(target, values.get(source));
    }
    return result;
  }

  private static void requireAll(Primitive op, Replicas replicas) {
    if (replicas.active() != replicas.group()) {
      throw new UnsupportedProgramException(
          "reference: "
              + op.name()
              + " is reached by "
              + replicas.active()
              + " of "
              + replicas.group()
              + " replicas: the condition around it differs between them; make it the same, for"
              + " example by an AllReduce of the condition");
    }
  }

  private static void requireSize(Primitive op, int stated, Replicas replicas) {
    if (stated != replicas.group()) {
      throw new UnsupportedProgramException(
          "reference: "
              + op.name()
              + " C2: it is for "
              + stated
              + " replicas, the group has "
              + replicas.group());
    }
  }
}
