package dev.backplane.kit.contraction;

import dev.backplane.op.Dot;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * A {@link Dot} as a batched matrix product [b,m,k] × [b,k,n] → [b,m,n], whose result is dense and
 * row-major. Operands are strided views of the tensors wherever groups of axes collapse into one
 * axis and rows or columns are contiguous; else the view names the transposition to make first.
 *
 * @param batch matrices
 * @param m rows of the left operand and the result
 * @param n columns of the right operand and the result
 * @param k the contracted extent
 * @param left the view of the left operand, [b,m,k]
 * @param right the view of the right operand, [b,k,n]
 */
public record MatrixProduct(long batch, long m, long n, long k, MatrixView left, MatrixView right) {
  /** Finds the product that computes a contraction of operands of these types. */
  public static MatrixProduct of(Dot dot, TensorType left, TensorType right) {
    var leftOthers = others(left.shape(), dot.leftBatch(), dot.leftContract());
    var rightOthers = others(right.shape(), dot.rightBatch(), dot.rightContract());
    // The order of the contracted pairs is free: the one in which an operand lies needs no copy.
    var byLeft = pairs(dot, Comparator.comparingInt((int[] pair) -> pair[0]));
    var byRight = pairs(dot, Comparator.comparingInt((int[] pair) -> pair[1]));
    MatrixProduct best = null;
    for (var order : List.of(byLeft, byRight)) {
      var leftAxes = order.stream().map(pair -> pair[0]).toList();
      var rightAxes = order.stream().map(pair -> pair[1]).toList();
      var product =
          new MatrixProduct(
              extent(left.shape(), dot.leftBatch()),
              extent(left.shape(), leftOthers),
              extent(right.shape(), rightOthers),
              extent(left.shape(), leftAxes),
              view(left.shape(), dot.leftBatch(), leftOthers, leftAxes),
              view(right.shape(), dot.rightBatch(), rightAxes, rightOthers));
      if (best == null || product.copies() < best.copies()) {
        best = product;
      }
    }
    return java.util.Objects.requireNonNull(best);
  }

  private int copies() {
    return (left.needsCopy() ? 1 : 0) + (right.needsCopy() ? 1 : 0);
  }

  private static List<int[]> pairs(Dot dot, Comparator<int[]> order) {
    return IntStream.range(0, dot.leftContract().size())
        .mapToObj(i -> new int[] {dot.leftContract().get(i), dot.rightContract().get(i)})
        .sorted(order)
        .toList();
  }

  private static List<Integer> others(Shape shape, List<Integer> batch, List<Integer> contract) {
    return IntStream.range(0, shape.rank())
        .filter(axis -> !batch.contains(axis) && !contract.contains(axis))
        .boxed()
        .toList();
  }

  private static long extent(Shape shape, List<Integer> axes) {
    long extent = 1;
    for (int axis : axes) {
      extent *= shape.dimension(axis);
    }
    return extent;
  }

  private static MatrixView view(
      Shape shape, List<Integer> batch, List<Integer> rows, List<Integer> columns) {
    long rowExtent = extent(shape, rows);
    long columnExtent = extent(shape, columns);
    var batchStride = stride(shape, batch);
    var rowStride = stride(shape, rows);
    var columnStride = stride(shape, columns);
    boolean strided = batchStride.isPresent() && rowStride.isPresent() && columnStride.isPresent();
    if (strided) {
      // An axis of extent 1 has no stride of its own: it takes the one of a dense matrix.
      long across = columnExtent == 1 ? 1 : columnStride.getAsLong();
      long down = rowStride.getAsLong();
      if (rowExtent == 1) {
        down = across == 1 ? Math.max(1, columnExtent) : 1;
      }
      if (down == 1 || across == 1) {
        return new MatrixView(
            List.of(),
            extent(shape, batch) == 1 ? rowExtent * columnExtent : batchStride.getAsLong(),
            down,
            across);
      }
    }
    var permutation = new ArrayList<>(batch);
    permutation.addAll(rows);
    permutation.addAll(columns);
    return new MatrixView(permutation, rowExtent * columnExtent, Math.max(1, columnExtent), 1);
  }

  /** The one stride with which a walk over all these axes, in order, advances; empty if none. */
  private static OptionalLong stride(Shape shape, List<Integer> axes) {
    var strides = shape.strides();
    long expected = -1;
    long innermost = 0;
    for (int i = axes.size() - 1; i >= 0; i--) {
      int axis = axes.get(i);
      int dimension = shape.dimension(axis);
      if (dimension == 1) {
        continue;
      }
      if (expected < 0) {
        innermost = strides[axis];
      } else if (strides[axis] != expected) {
        return OptionalLong.empty();
      }
      expected = strides[axis] * dimension;
    }
    return OptionalLong.of(innermost);
  }
}
