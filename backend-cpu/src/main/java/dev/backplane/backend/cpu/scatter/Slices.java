package dev.backplane.backend.cpu.scatter;

import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.warm.Succession;
import dev.backplane.op.Scatter;
import dev.backplane.tensor.DType;

/** Combines a run of updates with the run of elements that is there, each after the other. */
public interface Slices {
  /** As reports name it. */
  String form();

  /** Combines. */
  void combine(Scatter.Mode mode, long update, long to, long run);

  /**
   * The best form for a dtype.
   *
   * @param vectors whether the Vector API may be used; the bits are the same
   */
  static Slices of(DType dtype, boolean vectors) {
    var scalar = new ScalarSlices(dtype);
    return vectors && dtype == DType.F32 ? new VectorSlices(scalar) : scalar;
  }

  /** The best form for a dtype, in the end. */
  static Succession<Slices> of(DType dtype, Forms forms) {
    if (forms != Forms.VECTOR_ONCE_WARM || dtype != DType.F32) {
      return Succession.of(of(dtype, forms != Forms.SCALAR));
    }
    return Succession.of(
        "sums of rows", of(dtype, false), () -> of(dtype, true), SlicesRehearsal::new);
  }
}
