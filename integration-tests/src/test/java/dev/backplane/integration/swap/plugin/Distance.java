package dev.backplane.integration.swap.plugin;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Metric;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/** The squared distance from the target, as loss and as metric. */
public record Distance() implements Loss, Metric {
  @Override
  public String name() {
    return "distance";
  }

  @Override
  public Tensor apply(Tensors outputs, Batch batch) {
    return outputs.only().sub(batch.targets().only()).square().sum(1);
  }

  @Override
  public List<TensorType> state() {
    return List.of(TensorType.f32(), TensorType.f32());
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    return Tensors.of(
        state.get(0).add(apply(outputs, batch).sum()), state.get(1).add(batch.weights().sum()));
  }

  @Override
  public Tensor result(Tensors state) {
    return state.get(0).div(state.get(1));
  }
}
