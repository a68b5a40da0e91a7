package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.op.Compare;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * x where it is positive, else alpha · (e^x - 1) (Clevert et al., 2015).
 *
 * @param alpha minus the limit of the negative side
 */
public record Elu(double alpha) implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    var zero = Ops.like(x, 0);
    // The exponential sees no positive x: an overflow there would make NaN of its zero gradient.
    var negative = Ops.unary(Unary.Kind.EXPM1, x.minimum(zero)).mul(alpha);
    return Ops.where(x.compare(Compare.Direction.GT, zero), x, negative);
  }
}
