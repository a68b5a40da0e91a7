package dev.backplane.layers.attention;

import dev.backplane.op.Binary;
import dev.backplane.op.Compare;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/** Products of heads [batch, heads, …, …], and who may look at whom. */
final class Scores {
  /** What stands for a score that is not to be seen: no maximum, and finite. */
  static final double UNSEEN = -1e30;

  private static final List<Integer> HEADS = List.of(0, 1);

  private Scores() {}

  /** The sum over axes of two tensors [batch, heads, …, …], in the accumulator's dtype. */
  static Tensor product(Tensor left, int leftAxis, Tensor right, int rightAxis) {
    return left.apply(
        new Dot(
            HEADS,
            HEADS,
            List.of(leftAxis),
            List.of(rightAxis),
            left.dtype().accumulator(),
            Precision.FULL),
        right);
  }

  /** The positions first, first + 1 … along an axis of an i32 tensor of two axes. */
  private static Tensor positions(Scope scope, int rows, int columns, int axis) {
    return Ops.iota(scope, TensorType.of(DType.I32, rows, columns), axis);
  }

  /**
   * Which keys each query may see, bool and broadcastable to [batch, heads, queries, keys]; empty
   * where it sees all. A causal query sees as many keys as it has queries before it and itself, and
   * all keys that there are more than queries.
   *
   * @param keys the number of keys there are in all
   * @param first the position of the first key of this block, an i32 scalar
   * @param block the number of keys in this block, which may pass the end of all
   * @param mask which of the block's keys are real: bool [batch, block]
   */
  static Optional<Tensor> visible(
      Scope scope,
      boolean causal,
      int queries,
      int keys,
      Tensor first,
      int block,
      Optional<Tensor> mask) {
    Optional<Tensor> seen = mask.map(real -> real.reshape(real.shape().dimension(0), 1, 1, block));
    if (!causal) {
      return seen;
    }
    var key = positions(scope, queries, block, 1).add(first);
    var last = positions(scope, queries, block, 0).add(keys - queries);
    var past = key.compare(Compare.Direction.LE, last);
    return Optional.of(seen.map(s -> Ops.binary(Binary.Kind.AND, s, past)).orElse(past));
  }

  /** x where it may be seen, else a number. */
  static Tensor where(Optional<Tensor> visible, Tensor x, double otherwise) {
    return visible.map(seen -> Ops.where(seen, x, Ops.like(x, otherwise))).orElse(x);
  }

  /** x, but 1 where it is 0: the sum of a query that sees nothing. */
  static Tensor notZero(Tensor sum) {
    return Ops.where(sum.compare(Compare.Direction.GT, Ops.like(sum, 0)), sum, Ops.like(sum, 1));
  }
}
