package dev.backplane.layers.core.activation;

import dev.backplane.function.Functions;
import dev.backplane.nn.Activation;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** e^x over its sum along the last axis, without overflow. */
public record Softmax() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    var powers = shifted(x).exp();
    return powers.div(Ops.expand(powers.sum(-1), -1));
  }

  /** ln softmax(x) along the last axis. */
  public static Tensor log(Tensor x) {
    var shifted = shifted(x);
    return shifted.sub(Ops.expand(shifted.exp().sum(-1).log(), -1));
  }

  /**
   * x less its maximum; the result does not depend on the shift, so no gradient goes through it.
   */
  private static Tensor shifted(Tensor x) {
    return x.sub(Ops.expand(Functions.stopGradient(x.max(-1)), -1));
  }
}
