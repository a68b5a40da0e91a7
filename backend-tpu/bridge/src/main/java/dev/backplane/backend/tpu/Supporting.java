package dev.backplane.backend.tpu;

import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.tpu.stablehlo.Platform;
import dev.backplane.backend.tpu.stablehlo.StableHlo;
import dev.backplane.graph.Value;
import dev.backplane.op.Composite;
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.util.List;

/** What a platform runs, be it here or not. */
final class Supporting {
  private Supporting() {}

  static Support of(Op op, List<TensorType> operands, Platform platform) {
    try {
      op.infer(operands);
    } catch (ShapeException e) {
      return new Support.No("no device runs it: " + e.getMessage());
    }
    return switch (op) {
      case Composite composite ->
          new Support.ByDecomposition("XLA fuses what " + composite.name() + " is made of");
      case Primitive primitive ->
          StableHlo.refusal(primitive, operands, platform)
              .<Support>map(Support.No::new)
              .orElseGet(Support.Native::new);
    };
  }

  /**
   * Refuses a program with an op that is not run.
   *
   * @throws UnsupportedProgramException naming the first
   */
  static void require(Program program, String device, Platform platform) {
    for (var node : program.graph().nodes()) {
      var types = Value.types(node.operands());
      if (of(node.op(), types, platform) instanceof Support.No no) {
        throw new UnsupportedProgramException(
            device + " does not run " + node.op().name() + " on " + types + ": " + no.reason());
      }
    }
  }
}
