package dev.backplane.layers.core.metric;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Metric;
import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

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
    var decided = Decided.of("Accuracy", outputs, batch);
    var right = decided.said().compare(Compare.Direction.EQ, decided.truth()).cast(DType.F32);
    var perExample = Decided.perExample(right);
    return Tensors.of(
        state.get(0).add(perExample.mul(batch.weights()).sum()),
        state.get(1).add(batch.weights().sum()));
  }

  @Override
  public Tensor result(Tensors state) {
    return state.get(0).div(state.get(1));
  }
}
