package dev.backplane.layers.core;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.Compare;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * While training, sets elements to zero at random and scales the others so that the expectation
 * stays (Srivastava et al., 2014); otherwise the identity. Any shape.
 *
 * @param rate the share that is dropped, 0 ≤ rate &lt; 1
 */
public record Dropout(double rate) implements UnaryLayer {
  /** Checks the rate. */
  public Dropout {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "Dropout rate: expected 0 or more and below 1, found " + rate);
    }
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    if (!forward.training() || rate == 0) {
      return x;
    }
    var uniform = forward.draw().uniform(x.shape());
    var kept = uniform.compare(Compare.Direction.GE, Ops.like(uniform, rate));
    return Ops.where(kept, x.mul(1 / (1 - rate)), Ops.like(x, 0));
  }
}
