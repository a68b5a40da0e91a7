package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Combiner;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceScatter;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** AllReduce, AllGather, ReduceScatter, CollectivePermute among all replicas of the program. */
final class Collectives {
  private Collectives() {}

  private static String groups(int replicas) {
    return "replica_groups = dense<["
        + IntStream.range(0, replicas).boxed().toList()
        + "]> : tensor<1x"
        + replicas
        + "xi64>";
  }

  static Ssa allReduce(Emitter to, AllReduce op, Ssa x, int replicas) {
    if (replicas == 1) {
      return x;
    }
    return switch (op.combiner()) {
      case ADD, MULTIPLY, MAXIMUM, MINIMUM -> {
        var wide = to.convert(x, Reductions.accumulator(op.combiner(), x));
        var sum =
            to.emit(
                "\"stablehlo.all_reduce\"("
                    + wide.name()
                    + ") <{"
                    + groups(replicas)
                    + "}> ("
                    + Reductions.combine(to, op.combiner().asBinary(), wide.element())
                    + ") : ("
                    + wide.type()
                    + ") -> "
                    + wide.type(),
                wide.element(),
                wide.shape());
        yield to.convert(sum, x.element());
      }
      case AND, OR -> combined(to, op.combiner(), x, replicas);
    };
  }

  /** What no all-reduce knows is gathered and combined by each. */
  private static Ssa combined(Emitter to, Combiner combiner, Ssa x, int replicas) {
    var row = to.reshape(x, x.shape().prepend(1));
    var rows = gather(to, row, 0, replicas);
    return Reductions.reduce(to, new Reduce(combiner, List.of(0)), rows);
  }

  static Ssa allGather(Emitter to, AllGather op, Ssa x) {
    return op.replicas() == 1 ? x : gather(to, x, op.axis(), op.replicas());
  }

  private static Ssa gather(Emitter to, Ssa x, int axis, int replicas) {
    var shape = x.shape().with(axis, x.shape().dimension(axis) * replicas);
    return to.emit(
        "\"stablehlo.all_gather\"("
            + x.name()
            + ") <{all_gather_dim = "
            + axis
            + " : i64, "
            + groups(replicas)
            + "}> : ("
            + x.type()
            + ") -> "
            + Ssa.type(x.element(), shape),
        x.element(),
        shape);
  }

  static Ssa reduceScatter(Emitter to, ReduceScatter op, Ssa x, TensorType type) {
    if (op.replicas() == 1) {
      return x;
    }
    return switch (op.combiner()) {
      case ADD, MULTIPLY, MAXIMUM, MINIMUM -> {
        var wide = to.convert(x, Reductions.accumulator(op.combiner(), x));
        var sum =
            to.emit(
                "\"stablehlo.reduce_scatter\"("
                    + wide.name()
                    + ") <{"
                    + groups(op.replicas())
                    + ", scatter_dimension = "
                    + op.axis()
                    + " : i64}> ("
                    + Reductions.combine(to, op.combiner().asBinary(), wide.element())
                    + ") : ("
                    + wide.type()
                    + ") -> "
                    + Ssa.type(wide.element(), type.shape()),
                wide.element(),
                type.shape());
        yield to.convert(sum, x.element());
      }
      case AND, OR -> part(to, op, combined(to, op.combiner(), x, op.replicas()), type.shape());
    };
  }

  /** This replica's part of what all have. */
  private static Ssa part(Emitter to, ReduceScatter op, Ssa whole, Shape shape) {
    var id = to.emit("stablehlo.replica_id : tensor<ui32>", "ui32", Shape.scalar());
    var step = to.splat(Integer.toString(shape.dimension(op.axis())), "i32", Shape.scalar());
    var start = to.binary("stablehlo.multiply", to.convert(id, "i32"), step);
    var zero = to.zeros("i32", Shape.scalar());
    var starts = new ArrayList<Ssa>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      starts.add(axis == op.axis() ? start : zero);
    }
    return to.dynamicSlice(whole, starts, shape);
  }

  static Ssa permute(Emitter to, CollectivePermute op, Ssa x) {
    if (op.sources().isEmpty()) {
      return to.zeros(x.element(), x.shape());
    }
    var pairs =
        IntStream.range(0, op.sources().size())
            .mapToObj(i -> List.of(op.sources().get(i), op.targets().get(i)))
            .toList();
    return to.emit(
        "\"stablehlo.collective_permute\"("
            + x.name()
            + ") <{source_target_pairs = dense<"
            + pairs
            + "> : tensor<"
            + pairs.size()
            + "x2xi64>}> : ("
            + x.type()
            + ") -> "
            + x.type(),
        x.element(),
        x.shape());
  }
}
