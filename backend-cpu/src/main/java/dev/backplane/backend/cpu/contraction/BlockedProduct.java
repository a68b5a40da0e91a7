package dev.backplane.backend.cpu.contraction;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.backend.cpu.warm.Succession;
import dev.backplane.kit.contraction.MatrixProduct;
import dev.backplane.tensor.DType;
import java.util.Optional;

/**
 * A batched matrix product by our own kernel, for the types oneDNN does not multiply: operands are
 * packed into strips and panels of the accumulator's type, tiles are summed in registers and
 * rounded once. Works on any strides, and on no elements at all.
 */
public final class BlockedProduct {
  private final MatrixProduct product;
  private final DType operands;
  private final DType result;
  private final boolean bias;
  private final Accumulator accumulator;
  private final String form;
  private final Succession<Microkernel> kernel;
  private final int columns;
  private final long strips;

  /**
   * A product to run any number of times.
   *
   * @param bias whether a bias [n] of the result's type, which is then f32, is added
   * @param forms which forms of the microkernel may run; the bits are the same
   */
  public BlockedProduct(
      MatrixProduct product, DType operands, DType result, boolean bias, Forms forms) {
    this.product = product;
    this.operands = operands;
    this.result = result;
    this.bias = bias;
    accumulator = Accumulator.of(operands);
    kernel = Microkernel.of(forms, accumulator);
    form = Microkernel.of(forms != Forms.SCALAR).form();
    columns = Microkernel.PANEL_BYTES / accumulator.bytes();
    strips = (product.m() + Microkernel.ROWS - 1) / Microkernel.ROWS;
  }

  /** As reports name it. */
  public String implementation() {
    return "blocked:"
        + accumulator.name().toLowerCase(java.util.Locale.ROOT)
        + ":"
        + kernel.running(form);
  }

  /** Its way to the faster form; nothing where it has none. */
  public Optional<Cold> cold() {
    return kernel.cold();
  }

  /** Scratch: the packed left operand, one panel of the right one, one tile. */
  public long scratchBytes() {
    return tileOffset() + (long) Microkernel.ROWS * Microkernel.PANEL_BYTES;
  }

  private long stripBytes() {
    return product.k() * Microkernel.ROWS * accumulator.bytes();
  }

  private long panelOffset() {
    return Libc.aligned(strips * stripBytes());
  }

  private long tileOffset() {
    return panelOffset() + product.k() * Microkernel.PANEL_BYTES;
  }

  /** Computes the product of the matrices at these addresses. */
  public void run(long left, long right, long biasRow, long to, long scratch) {
    var tiles = kernel.now();
    long leftBytes = operands.bytes();
    for (long b = 0; b < product.batch(); b++) {
      long leftMatrix = left + b * product.left().batchStride() * leftBytes;
      long rightMatrix = right + b * product.right().batchStride() * leftBytes;
      long matrix = to + b * product.m() * product.n() * result.bytes();
      for (long strip = 0; strip < strips; strip++) {
        packStrip(leftMatrix, strip * Microkernel.ROWS, scratch + strip * stripBytes());
      }
      for (long column = 0; column < product.n(); column += columns) {
        packPanel(rightMatrix, column, scratch + panelOffset());
        for (long strip = 0; strip < strips; strip++) {
          tiles.run(
              accumulator,
              scratch + strip * stripBytes(),
              scratch + panelOffset(),
              scratch + tileOffset(),
              product.k());
          storeTile(matrix, strip * Microkernel.ROWS, column, scratch + tileOffset(), biasRow);
        }
      }
    }
  }

  private void packStrip(long matrix, long firstRow, long to) {
    long width = operands.bytes();
    for (int r = 0; r < Microkernel.ROWS; r++) {
      long row = firstRow + r;
      long target = to + (long) r * accumulator.bytes();
      if (row < product.m()) {
        Packing.widen(
            operands,
            matrix + row * product.left().rowStride() * width,
            product.left().columnStride() * width,
            target,
            (long) Microkernel.ROWS * accumulator.bytes(),
            product.k());
      } else {
        Packing.zero(
            accumulator, target, (long) Microkernel.ROWS * accumulator.bytes(), product.k());
      }
    }
  }

  private void packPanel(long matrix, long firstColumn, long to) {
    long width = operands.bytes();
    long filled = Math.min(columns, product.n() - firstColumn);
    long from = matrix + firstColumn * product.right().columnStride() * width;
    for (long i = 0; i < product.k(); i++) {
      long target = to + i * Microkernel.PANEL_BYTES;
      Packing.widen(
          operands,
          from + i * product.right().rowStride() * width,
          product.right().columnStride() * width,
          target,
          accumulator.bytes(),
          filled);
      Packing.zero(
          accumulator,
          target + filled * accumulator.bytes(),
          accumulator.bytes(),
          columns - filled);
    }
  }

  private void storeTile(long matrix, long firstRow, long firstColumn, long tile, long biasRow) {
    long rows = Math.min(Microkernel.ROWS, product.m() - firstRow);
    long filled = Math.min(columns, product.n() - firstColumn);
    for (long r = 0; r < rows; r++) {
      for (long c = 0; c < filled; c++) {
        long from = tile + r * Microkernel.PANEL_BYTES + c * accumulator.bytes();
        long to = matrix + ((firstRow + r) * product.n() + firstColumn + c) * (long) result.bytes();
        Packing.store(result, from, to, bias ? biasRow + (firstColumn + c) * result.bytes() : 0);
      }
    }
  }
}
