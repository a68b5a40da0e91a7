package dev.backplane.layers.core.loss;

import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import java.util.stream.IntStream;

/** What the losses have in common. */
final class Examples {
  private Examples() {}

  /** The mean over all axes but the first: [batch, …] → [batch]. */
  static Tensor mean(Tensor x) {
    return x.shape().rank() == 1 ? x : x.mean(IntStream.range(1, x.shape().rank()).toArray());
  }

  /**
   * The mean over the real positions of each example, 0 where there are none: [batch, …] → [batch].
   */
  static Tensor mean(Tensor x, Tensor real) {
    var count = sum(real.cast(x.dtype()));
    return sum(Ops.where(real, x, Ops.like(x, 0))).div(count.maximum(Ops.like(count, 1)));
  }

  private static Tensor sum(Tensor x) {
    return x.shape().rank() == 1 ? x : x.sum(IntStream.range(1, x.shape().rank()).toArray());
  }

  /** Targets [batch] or [batch, …] in the dtype and shape of the output. */
  static Tensor likeOutput(String loss, Tensor output, Tensor target) {
    if (target.shape().size() != output.shape().size()
        || target.shape().rank() == 0
        || target.shape().dimension(0) != output.shape().dimension(0)) {
      throw new ShapeException(
          loss
              + " L1: outputs "
              + output.type()
              + " and targets "
              + target.type()
              + " differ in shape");
    }
    var dimensions = output.shape().dimensions().stream().mapToInt(Integer::intValue).toArray();
    return target.reshape(dimensions).cast(output.dtype());
  }
}
