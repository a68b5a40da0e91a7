package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** min(max(x, 0), 6). */
public record Relu6() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return Ops.clamp(0, x, 6);
  }
}
