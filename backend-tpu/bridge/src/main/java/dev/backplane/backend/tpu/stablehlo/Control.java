package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.op.Compare.Direction;
import dev.backplane.op.If;
import dev.backplane.op.Scan;
import dev.backplane.op.While;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/** Scan, While, If. Loops carry their invariants: not every compiler lets a body see more. */
final class Control {
  private Control() {}

  /**
   * One loop whatever the length: (index, carries, stacks, scanned, invariants), of which scanned
   * operands are read and stacks are written a slice at a time.
   */
  static List<Ssa> scan(Emitter to, Scan op, List<Ssa> operands, List<TensorType> types) {
    int carries = op.carries();
    var stacks = new ArrayList<Ssa>();
    for (var type : types.subList(carries, types.size())) {
      stacks.add(to.zeros(Ssa.element(type.dtype()), type.shape()));
    }
    var results = new ArrayList<>(operands.subList(0, carries));
    results.addAll(stacks);
    if (op.length() == 0) {
      return results;
    }
    var state = new ArrayList<>(results);
    state.addAll(operands.subList(carries, operands.size()));
    var last = counted(to, op.length(), state, now -> iteration(to, op, stacks.size(), now));
    return last.subList(1, 1 + results.size());
  }

  /** A loop of known length over a state; gives the last one. */
  static List<Ssa> repeat(Emitter to, int times, List<Ssa> state, UnaryOperator<List<Ssa>> body) {
    return counted(to, times, state, now -> body.apply(now.subList(1, now.size())))
        .subList(1, 1 + state.size());
  }

  /** A loop of known length; its body sees the number of the iteration before the state. */
  private static List<Ssa> counted(
      Emitter to, int times, List<Ssa> state, UnaryOperator<List<Ssa>> body) {
    var all = new ArrayList<>(state);
    all.addFirst(count(to, 0));
    return loop(
        to,
        all,
        now -> List.of(to.compare(Direction.LT, now.getFirst(), count(to, times))),
        now -> {
          var next = new ArrayList<>(body.apply(now));
          next.addFirst(to.binary("stablehlo.add", now.getFirst(), count(to, 1)));
          return next;
        });
  }

  private static Ssa count(Emitter to, int value) {
    return to.splat(Integer.toString(value), "i32", Shape.scalar());
  }

  private static List<Ssa> iteration(Emitter to, Scan op, int stacks, List<Ssa> now) {
    int scanned = 1 + op.carries() + stacks;
    int invariants = scanned + op.scanned();
    var index = now.getFirst();
    var place =
        op.reverse() ? to.binary("stablehlo.subtract", count(to, op.length() - 1), index) : index;
    var arguments = new ArrayList<>(now.subList(1, 1 + op.carries()));
    for (var operand : now.subList(scanned, invariants)) {
      arguments.add(slice(to, operand, place));
    }
    arguments.addAll(now.subList(invariants, now.size()));
    var found = Lowering.graph(to, op.body(), arguments);
    var next = new ArrayList<Ssa>();
    next.addAll(found.subList(0, op.carries()));
    for (int i = 0; i < stacks; i++) {
      next.add(put(to, now.get(1 + op.carries() + i), found.get(op.carries() + i), place));
    }
    next.addAll(now.subList(scanned, now.size()));
    return next;
  }

  private static List<Ssa> starts(Emitter to, Ssa place, int rank) {
    var starts = new ArrayList<>(Collections.nCopies(rank, place));
    if (rank > 1) {
      Collections.fill(starts.subList(1, rank), count(to, 0));
    }
    return starts;
  }

  private static Ssa slice(Emitter to, Ssa x, Ssa place) {
    var shape = x.shape();
    var row = to.dynamicSlice(x, starts(to, place, shape.rank()), shape.with(0, 1));
    return to.reshape(row, shape.without(List.of(0)));
  }

  private static Ssa put(Emitter to, Ssa stack, Ssa part, Ssa place) {
    var row = to.reshape(part, part.shape().prepend(1));
    return to.dynamicUpdateSlice(stack, row, starts(to, place, stack.shape().rank()));
  }

  static List<Ssa> whileLoop(Emitter to, While op, List<Ssa> operands) {
    if (op.carries() == 0) {
      return List.of();
    }
    var last =
        loop(
            to,
            operands,
            now -> Lowering.graph(to, op.condition(), now),
            now -> {
              var next = new ArrayList<>(Lowering.graph(to, op.body(), now));
              next.addAll(now.subList(op.carries(), now.size()));
              return next;
            });
    return last.subList(0, op.carries());
  }

  private static List<Ssa> loop(
      Emitter to,
      List<Ssa> state,
      UnaryOperator<List<Ssa>> condition,
      UnaryOperator<List<Ssa>> body) {
    var types = Ssa.types(state);
    return to.emitAll(
        "\"stablehlo.while\"("
            + Ssa.names(state)
            + ") ("
            + to.region(state, condition)
            + ", "
            + to.region(state, body)
            + ") : ("
            + types
            + ") -> ("
            + types
            + ")",
        state);
  }

  /** Branches take no parameters: they see the captures by their names. */
  static List<Ssa> ifElse(Emitter to, If op, List<Ssa> operands, List<TensorType> types) {
    if (types.isEmpty()) {
      return List.of();
    }
    var captures = operands.subList(1, operands.size());
    var results = types.stream().map(type -> Ssa.of("", type)).toList();
    return to.emitAll(
        "\"stablehlo.if\"("
            + operands.getFirst().name()
            + ") ("
            + to.region(List.of(), none -> Lowering.graph(to, op.then(), captures))
            + ", "
            + to.region(List.of(), none -> Lowering.graph(to, op.otherwise(), captures))
            + ") : (tensor<i1>) -> ("
            + Ssa.types(results)
            + ")",
        results);
  }
}
