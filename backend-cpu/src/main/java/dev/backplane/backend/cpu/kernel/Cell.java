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
 */
record Cell(int base, long offset, DType dtype, Extent extent, boolean strip) {
  Cell(int base, long offset, DType dtype, Extent extent) {
    this(base, offset, dtype, extent, false);
  }
}
