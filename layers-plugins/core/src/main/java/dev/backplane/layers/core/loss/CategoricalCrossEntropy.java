package dev.backplane.layers.core.loss;

import dev.backplane.layers.core.activation.Softmax;
import dev.backplane.nn.Batch;
import dev.backplane.nn.BoundedLoss;
import dev.backplane.nn.ValueBounds;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * Cross-entropy of a distribution over classes. Outputs: logits [batch, …, classes]; targets of
 * their shape, summing to 1 along the last axis. Predictions are probabilities.
 */
public record CategoricalCrossEntropy() implements BoundedLoss {
  @Override
  public Tensor apply(Tensors outputs, Batch batch) {
    var z = outputs.only();
    var y = Examples.likeOutput("CategoricalCrossEntropy", z, batch.targets().only());
    return Examples.mean(Softmax.log(z).mul(y).sum(-1).neg());
  }

  @Override
  public Optional<ValueBounds> bounds(List<TensorType> outputs) {
    return Optional.of(ValueBounds.of(0, 1));
  }

  @Override
  public Tensors predictions(Tensors outputs) {
    return outputs.map(new Softmax()::apply);
  }
}
