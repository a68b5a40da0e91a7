package dev.backplane.launcher.cli;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Metric;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * The loss of the last batch alone. The loss that a training reports is the mean since its epoch
 * began: of a hundred steps it shows a difference of one only a hundredfold smaller.
 *
 * @param loss of the training
 */
record StepLoss(Loss loss) implements Metric {
  static final String NAME = "step_loss";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<TensorType> state() {
    return List.of(TensorType.f32());
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    var values = loss.apply(outputs, batch).cast(DType.F32);
    return Tensors.of(values.mul(batch.weights()).sum().div(batch.weights().sum()));
  }

  @Override
  public Tensor result(Tensors state) {
    return state.only();
  }
}
