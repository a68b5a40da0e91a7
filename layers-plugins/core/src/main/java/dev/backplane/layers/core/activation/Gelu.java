package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** x · Φ(x) with the exact error function (Hendrycks and Gimpel, 2016). */
public record Gelu() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return x.mul(0.5).mul(Ops.unary(Unary.Kind.ERF, x.mul(Math.sqrt(0.5))).add(1));
  }
}
