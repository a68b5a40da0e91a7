package dev.backplane.backend.cpu.scatter;

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
}
