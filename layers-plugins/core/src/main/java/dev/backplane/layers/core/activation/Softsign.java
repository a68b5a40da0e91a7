package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** x / (1 + |x|). */
public record Softsign() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return x.div(Ops.unary(Unary.Kind.ABS, x).add(1));
  }
}
