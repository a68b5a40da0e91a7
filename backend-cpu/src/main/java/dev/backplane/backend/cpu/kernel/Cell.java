package dev.backplane.backend.cpu.kernel;

import dev.backplane.kit.fusion.Extent;
import dev.backplane.tensor.DType;

/**
 * Memory of a kernel: elements of one dtype, one for each index of an extent.
 *
 * @param base the place of the base address in the kernel's list: inputs, outputs, scratch
 * @param offset bytes behind the base
 * @param dtype what is stored
 * @param extent how it is indexed
 * @param strip whether it holds no more columns than one strip, and is indexed within that
 * @param pitch of a full one, the elements from row to row; 0 where rows follow without gaps
 */
record Cell(int base, long offset, DType dtype, Extent extent, boolean strip, long pitch) {
  Cell(int base, long offset, DType dtype, Extent extent) {
    this(base, offset, dtype, extent, false, 0);
  }

  /** The bytes from row to row of a full one. */
  long rowBytes(long columns) {
    return (pitch == 0 ? columns : pitch) * dtype.bytes();
  }

  /** Unique, as lanes are told apart by it. */
  @Override
  public String toString() {
    return base + "+" + offset + " " + dtype + " " + extent + (strip ? " of a strip" : "");
  }
}
