package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** Hyperbolic tangent. */
public record Tanh() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return Ops.unary(Unary.Kind.TANH, x);
  }
}
