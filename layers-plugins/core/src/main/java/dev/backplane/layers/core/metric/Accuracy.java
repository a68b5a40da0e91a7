package dev.backplane.layers.core.metric;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Metric;
import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The share of right answers, weighted by the examples' weights. Outputs [batch, …, classes] with
 * integer labels [batch, …] or one-hot targets: the class of the largest logit. Outputs [batch] or
 * [batch, 1] with targets of as many elements: whether the logit is positive. The state is kept in
 * f32 sums, exact up to 2^24 examples an epoch.
 */
public record Accuracy() implements Metric {
  @Override
  public String name() {
    return "accuracy";
  }

  @Override
  public List<TensorType> state() {
    return List.of(TensorType.f32(), TensorType.f32());
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    var z = outputs.only();
    var right = right(z, batch.targets().only()).cast(DType.F32);
    var perExample =
        right.shape().rank() == 1
            ? right
            : right.mean(IntStream.range(1, right.shape().rank()).toArray());
    return Tensors.of(
        state.get(0).add(perExample.mul(batch.weights()).sum()),
        state.get(1).add(batch.weights().sum()));
  }

  private static Tensor right(Tensor z, Tensor target) {
    int rank = z.shape().rank();
    if (target.shape().size() == z.shape().size() && (rank == 1 || z.shape().last() == 1)) {
      var flat = z.reshape(z.shape().dimension(0), -1);
      var yes = flat.compare(Compare.Direction.GT, Ops.like(flat, 0));
      var truth = target.cast(DType.F32).reshape(z.shape().dimension(0), -1);
      return yes.compare(
          Compare.Direction.EQ, truth.compare(Compare.Direction.GT, Ops.like(truth, 0.5)));
    }
    if (rank >= 2 && target.shape().equals(z.shape())) {
      return z.argMax(-1).compare(Compare.Direction.EQ, target.argMax(-1));
    }
    if (rank >= 2
        && target.dtype().isInteger()
        && target.shape().append(z.shape().last()).equals(z.shape())) {
      return z.argMax(-1).compare(Compare.Direction.EQ, target.cast(DType.I32));
    }
    throw new ShapeException(
        "Accuracy M1: outputs " + z.type() + " do not go with targets " + target.type());
  }

  @Override
  public Tensor result(Tensors state) {
    return state.get(0).div(state.get(1));
  }
}
