package dev.backplane.layers.core.schedule;

import dev.backplane.nn.Schedule;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * initial · factor^(step / steps).
 *
 * @param initial at step 0
 * @param steps after which the factor has come in once
 * @param factor of decay
 */
public record ExponentialDecay(double initial, int steps, double factor) implements Schedule {
  /** Checks the parameters. */
  public ExponentialDecay {
    Steps.positive("ExponentialDecay steps", steps);
  }

  @Override
  public Tensor at(Tensor step) {
    var exponent = step.cast(DType.F32).div(steps);
    return Ops.like(exponent, factor).pow(exponent).mul(initial);
  }
}
