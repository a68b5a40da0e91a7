package dev.backplane.layers.core.loss;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Loss;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;

/** The mean of (output - target)² over an example's elements. Outputs and targets: [batch, …]. */
public record MeanSquaredError() implements Loss {
  @Override
  public Tensor apply(Tensors outputs, Batch batch) {
    var y = outputs.only();
    return Examples.mean(
        y.sub(Examples.likeOutput("MeanSquaredError", y, batch.targets().only())).square());
  }
}
