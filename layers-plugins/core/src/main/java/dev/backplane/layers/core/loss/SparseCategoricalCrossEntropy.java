package dev.backplane.layers.core.loss;

import dev.backplane.layers.core.activation.Softmax;
import dev.backplane.nn.Batch;
import dev.backplane.nn.Loss;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;

/**
 * Cross-entropy of one class per position. Outputs: logits [batch, …, classes]; targets: integer
 * labels [batch, …], 0 … classes-1. Predictions are probabilities.
 */
public record SparseCategoricalCrossEntropy() implements Loss {
  @Override
  public Tensor apply(Tensors outputs, Batch batch) {
    var z = outputs.only();
    var labels = batch.targets().only();
    if (!labels.dtype().isInteger()
        || z.shape().rank() == 0
        || !labels.shape().append(z.shape().last()).equals(z.shape())) {
      throw new ShapeException(
          "SparseCategoricalCrossEntropy L1: outputs "
              + z.type()
              + " need integer labels of their shape without the"
              + " last axis, found "
              + labels.type());
    }
    var chosen = Ops.oneHot(labels, z.shape().last(), z.dtype());
    return Examples.mean(Softmax.log(z).mul(chosen).sum(-1).neg());
  }

  @Override
  public Tensors predictions(Tensors outputs) {
    return outputs.map(new Softmax()::apply);
  }
}
