package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** x/6 + 1/2, clamped to 0 … 1. */
public record HardSigmoid() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return Ops.clamp(0, x.div(6).add(0.5), 1);
  }
}
