package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.op.Convolution;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Dot, Convolution. Narrow floats add up in f32 and round once, bytes in i32 and wrap once. */
final class Contractions {
  private Contractions() {}

  static Ssa dot(Emitter to, Dot op, Ssa left, Ssa right, TensorType type) {
    if (left.shape().size() == 0 || right.shape().size() == 0) {
      return to.zeros(Ssa.element(type.dtype()), type.shape());
    }
    var operands = widened(to, left, right);
    var batch =
        op.leftBatch().isEmpty()
            ? ""
            : ", batching_dims = " + op.leftBatch() + " x " + op.rightBatch();
    var sum = new Ssa("", accumulator(operands.getFirst()), type.shape());
    var product =
        to.emit(
            "stablehlo.dot_general "
                + Ssa.names(operands)
                + batch
                + ", contracting_dims = "
                + op.leftContract()
                + " x "
                + op.rightContract()
                + ", precision = ["
                + precision(op.precision())
                + ", "
                + precision(op.precision())
                + "] : ("
                + Ssa.types(operands)
                + ") -> "
                + sum.type(),
            sum.element(),
            sum.shape());
    return to.convert(product, Ssa.element(type.dtype()));
  }

  private static String precision(Precision precision) {
    return switch (precision) {
      case FULL -> "HIGHEST";
      case BF16 -> "DEFAULT";
    };
  }

  /**
   * Bytes are multiplied as i32: not every compiler has products of signed or unsigned bytes. On
   * the CPU narrow floats are multiplied as f32: not all shapes of theirs add up in it.
   */
  private static List<Ssa> widened(Emitter to, Ssa left, Ssa right) {
    var element =
        switch (left.element()) {
          case "i8", "ui8" -> "i32";
          case "bf16", "f16" -> to.platform().isCpu() ? "f32" : left.element();
          default -> left.element();
        };
    return List.of(to.convert(left, element), to.convert(right, element));
  }

  private static String accumulator(Ssa operand) {
    return operand.isNarrow() ? "f32" : operand.element();
  }

  static Ssa convolution(Emitter to, Convolution op, Ssa input, Ssa kernel, TensorType type) {
    if (input.shape().size() == 0 || kernel.shape().size() == 0) {
      return to.zeros(Ssa.element(type.dtype()), type.shape());
    }
    // Compilers do not agree about convolutions whose padding takes elements away.
    var padding = Windows.Padding.of(everyAxis(op));
    var zero = to.zeros(input.element(), Shape.scalar());
    var operands = widened(to, padding.applied(to, input, zero), kernel);
    var sum = new Ssa("", accumulator(operands.getFirst()), type.shape());
    var windows = op.input().spatial().stream().map(padding.rest()::get).toList();
    var precision = "#stablehlo<precision " + precision(op.precision()) + ">";
    var result =
        to.emit(
            "stablehlo.convolution("
                + Ssa.names(operands)
                + ") dim_numbers = "
                + layout(op.input(), "b", "f")
                + "x"
                + layout(op.kernel(), "o", "i")
                + "->"
                + layout(op.output(), "b", "f")
                + ", window = {stride = "
                + each(windows, Window::stride)
                + ", pad = "
                + each(windows, w -> List.of(w.low(), w.high()))
                + ", lhs_dilate = "
                + each(windows, Window::baseDilation)
                + ", rhs_dilate = "
                + each(windows, Window::windowDilation)
                + "} {batch_group_count = "
                + op.batchGroups()
                + " : i64, feature_group_count = "
                + op.featureGroups()
                + " : i64, precision_config = ["
                + precision
                + ", "
                + precision
                + "]} : ("
                + Ssa.types(operands)
                + ") -> "
                + sum.type(),
            sum.element(),
            sum.shape());
    return to.convert(result, Ssa.element(type.dtype()));
  }

  private static List<?> each(List<Window> windows, Function<Window, ?> value) {
    return windows.stream().map(value).toList();
  }

  /** A window for each axis of the input. */
  private static List<Window> everyAxis(Convolution op) {
    var windows = new ArrayList<>(Collections.nCopies(op.windows().size() + 2, Window.one()));
    for (int i = 0; i < op.windows().size(); i++) {
      windows.set(op.input().spatial().get(i), op.windows().get(i));
    }
    return windows;
  }

  /** {@code [b, 0, 1, f]}: the role of each axis. */
  private static String layout(Convolution.Layout layout, String batch, String feature) {
    var roles = new String[layout.spatial().size() + 2];
    roles[layout.batch()] = batch;
    roles[layout.feature()] = feature;
    for (int i = 0; i < layout.spatial().size(); i++) {
      roles[layout.spatial().get(i)] = Integer.toString(i);
    }
    return "[" + String.join(", ", roles) + "]";
  }
}
