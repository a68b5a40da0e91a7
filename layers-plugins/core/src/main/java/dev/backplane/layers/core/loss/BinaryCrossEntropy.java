package dev.backplane.layers.core.loss;

import dev.backplane.nn.Batch;
import dev.backplane.nn.BoundedLoss;
import dev.backplane.nn.ValueBounds;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * Cross-entropy of independent yes-or-no targets. Outputs: logits [batch, …]; targets of their
 * shape, 0 to 1. Computed as max(z, 0) - z·y + ln(1 + e^-|z|), which does not overflow. Predictions
 * are probabilities.
 */
public record BinaryCrossEntropy() implements BoundedLoss {
  @Override
  public Tensor apply(Tensors outputs, Batch batch) {
    var z = outputs.only();
    var y = Examples.likeOutput("BinaryCrossEntropy", z, batch.targets().only());
    var tail = Ops.unary(Unary.Kind.LOG1P, Ops.unary(Unary.Kind.ABS, z).neg().exp());
    return Examples.mean(z.maximum(Ops.like(z, 0)).sub(z.mul(y)).add(tail));
  }

  @Override
  public Optional<ValueBounds> bounds(List<TensorType> outputs) {
    return Optional.of(ValueBounds.of(0, 1));
  }

  @Override
  public Tensors predictions(Tensors outputs) {
    return outputs.map(z -> Ops.unary(Unary.Kind.LOGISTIC, z));
  }
}
