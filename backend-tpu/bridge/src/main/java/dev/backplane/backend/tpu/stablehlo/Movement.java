package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.op.Reverse;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;

/** Transpose, Concatenate, Reverse, DynamicSlice, DynamicUpdateSlice, OptimizationBarrier. */
final class Movement {
  private Movement() {}

  static Ssa transpose(Emitter to, Transpose op, Ssa x, TensorType type) {
    return to.changed(
        "stablehlo.transpose", x, ", dims = " + op.permutation(), x.element(), type.shape());
  }

  /** Operands without elements add nothing, and are left out. */
  static Ssa concatenate(Emitter to, List<Ssa> operands, int axis, Shape shape) {
    var parts = operands.stream().filter(operand -> operand.shape().size() > 0).toList();
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    var element = operands.getFirst().element();
    return to.emit(
        "stablehlo.concatenate "
            + Ssa.names(parts)
            + ", dim = "
            + axis
            + " : ("
            + Ssa.types(parts)
            + ") -> "
            + Ssa.type(element, shape),
        element,
        shape);
  }

  static Ssa reverse(Emitter to, Reverse op, Ssa x) {
    return to.emit(
        "stablehlo.reverse " + x.name() + ", dims = " + op.axes() + " : " + x.type(),
        x.element(),
        x.shape());
  }

  static Ssa dynamicSlice(Emitter to, List<Ssa> operands, TensorType type) {
    var starts = Indexed.indices(to, operands.subList(1, operands.size()));
    return to.dynamicSlice(operands.getFirst(), starts, type.shape());
  }

  static Ssa dynamicUpdateSlice(Emitter to, List<Ssa> operands) {
    var x = operands.getFirst();
    var update = operands.get(1);
    if (update.shape().size() == 0) {
      return x;
    }
    var starts = Indexed.indices(to, operands.subList(2, operands.size()));
    return to.dynamicUpdateSlice(x, update, starts);
  }

  static List<Ssa> barrier(Emitter to, List<Ssa> operands) {
    return to.emitAll(
        "stablehlo.optimization_barrier " + Ssa.names(operands) + " : " + Ssa.types(operands),
        operands);
  }
}
