package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.op.Compare;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * x where it is positive, else slope · x.
 *
 * @param slope of the negative side
 */
public record LeakyRelu(double slope) implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return Ops.where(x.compare(Compare.Direction.GT, Ops.like(x, 0)), x, x.mul(slope));
  }
}
