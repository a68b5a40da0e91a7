package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.tensor.Tensor;

/** The identity. */
public record Linear() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return x;
  }
}
