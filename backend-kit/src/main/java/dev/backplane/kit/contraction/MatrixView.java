package dev.backplane.kit.contraction;

import java.util.List;

/**
 * An operand of a batched matrix product, [batch, rows, columns], seen in the memory of a tensor.
 *
 * @param permutation the transposition to make first, in the order of {@link
 *     dev.backplane.op.Transpose}; empty where the tensor's own memory does
 * @param batchStride elements from one matrix to the next
 * @param rowStride elements from one row to the next
 * @param columnStride elements from one column to the next
 */
public record MatrixView(
    List<Integer> permutation, long batchStride, long rowStride, long columnStride) {
  /** Copies the permutation. */
  public MatrixView {
    permutation = List.copyOf(permutation);
  }

  /** Whether the operand has to be transposed into memory of its own first. */
  public boolean needsCopy() {
    return !permutation.isEmpty();
  }
}
