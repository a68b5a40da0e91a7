package com.acme.plugin;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Metric;
import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * The share of examples whose class is among the k that the model finds likeliest: outputs [batch,
 * classes] with integer labels [batch].
 *
 * @param k how many
 */
public record TopK(int k) implements Metric {
  /** Checks k. */
  public TopK {
    if (k < 1) {
      throw new IllegalArgumentException("TopK k: expected 1 or more, found " + k);
    }
  }

  @Override
  public String name() {
    return "top_" + k;
  }

  /** The weights of the right answers, and of all. */
  @Override
  public List<TensorType> state() {
    return List.of(TensorType.f32(), TensorType.f32());
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    var z = outputs.only();
    var label = Ops.oneHot(batch.targets().only(), z.shape().last(), z.dtype());
    var ofLabel = Ops.expand(z.mul(label).sum(-1), -1);
    var larger = z.compare(Compare.Direction.GT, ofLabel).cast(DType.F32).sum(-1);
    var right = larger.compare(Compare.Direction.LT, Ops.like(larger, k)).cast(DType.F32);
    return Tensors.of(
        state.get(0).add(right.mul(batch.weights()).sum()),
        state.get(1).add(batch.weights().sum()));
  }

  @Override
  public Tensor result(Tensors state) {
    return state.get(0).div(state.get(1));
  }
}
