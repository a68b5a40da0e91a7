package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** ln(1 + e^x), without overflow. */
public record Softplus() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return x.maximum(Ops.like(x, 0))
        .add(Ops.unary(Unary.Kind.LOG1P, Ops.unary(Unary.Kind.ABS, x).neg().exp()));
  }
}
