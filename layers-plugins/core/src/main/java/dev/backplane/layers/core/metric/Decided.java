package dev.backplane.layers.core.metric;

import dev.backplane.nn.Batch;
import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.stream.IntStream;

/**
 * What a model decided, and what is true. Outputs [batch, …, classes] with integer labels [batch,
 * …] or one-hot targets: the class of the largest logit. Outputs [batch] or [batch, 1] with targets
 * of as many elements: class 1 where the logit is positive, else class 0.
 *
 * @param said the class that was decided on: i32 [batch, …]
 * @param truth the class it is: i32 of the same shape
 */
record Decided(Tensor said, Tensor truth) {
  static Decided of(String metric, Tensors outputs, Batch batch) {
    var z = outputs.only();
    var target = batch.targets().only();
    int rank = z.shape().rank();
    if (isBinary(z, target)) {
      var flat = z.reshape(z.shape().dimension(0), -1);
      var yes = flat.compare(Compare.Direction.GT, Ops.like(flat, 0));
      var truth = target.cast(DType.F32).reshape(z.shape().dimension(0), -1);
      return new Decided(
          yes.cast(DType.I32),
          truth.compare(Compare.Direction.GT, Ops.like(truth, 0.5)).cast(DType.I32));
    }
    if (rank >= 2 && target.shape().equals(z.shape())) {
      return new Decided(z.argMax(-1), target.argMax(-1));
    }
    if (rank >= 2
        && target.dtype().isInteger()
        && target.shape().append(z.shape().last()).equals(z.shape())) {
      return new Decided(z.argMax(-1), target.cast(DType.I32));
    }
    throw new ShapeException(
        metric + " M1: outputs " + z.type() + " do not go with targets " + target.type());
  }

  /** Whether there is one logit for each target. */
  static boolean isBinary(Tensor z, Tensor target) {
    int rank = z.shape().rank();
    return rank > 0
        && target.shape().size() == z.shape().size()
        && (rank == 1 || z.shape().last() == 1);
  }

  /** One value for each example, the mean of its positions: [batch, …] → [batch]. */
  static Tensor perExample(Tensor x) {
    return x.shape().rank() == 1 ? x : x.mean(IntStream.range(1, x.shape().rank()).toArray());
  }

  /**
   * How often each class was taken for each, with the examples' weights: f32 [classes, classes], a
   * row for the truth, a column for what was said. A class that is not 0 … classes - 1 counts
   * nowhere.
   */
  Tensor counts(int classes, Tensor weights) {
    int positions = Math.toIntExact(truth.shape().size() / truth.shape().dimension(0));
    var each = Ops.expand(weights, 1).broadcastTo(weights.shape().append(positions));
    return counts(truth.reshape(-1), said.reshape(-1), classes, each.reshape(-1).cast(DType.F32));
  }

  /** The same of two lists of indices [n] and their weights [n]. */
  static Tensor counts(Tensor rows, Tensor columns, int classes, Tensor weights) {
    var row = Ops.oneHot(rows, classes, DType.F32);
    var column = Ops.oneHot(columns, classes, DType.F32);
    var weighted = column.mul(Ops.expand(weights, 1).broadcastTo(column.shape()));
    return row.transpose(1, 0).matmul(weighted);
  }
}
