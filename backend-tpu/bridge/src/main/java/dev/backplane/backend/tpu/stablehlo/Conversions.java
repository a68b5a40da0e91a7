package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.op.Compare.Direction;
import dev.backplane.tensor.DType;

/** Convert. */
final class Conversions {
  private Conversions() {}

  static Ssa convert(Emitter to, Ssa x, DType dtype) {
    var element = Ssa.element(dtype);
    if (dtype == DType.BOOL && !x.isBool()) {
      return to.compare(Direction.NE, x, to.zeros(x.element(), x.shape()));
    }
    return to.convert(x, element);
  }
}
