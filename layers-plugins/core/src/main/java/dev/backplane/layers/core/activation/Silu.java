package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** x · sigmoid(x), also called swish (Ramachandran et al., 2017). */
public record Silu() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return x.mul(Ops.unary(Unary.Kind.LOGISTIC, x));
  }
}
