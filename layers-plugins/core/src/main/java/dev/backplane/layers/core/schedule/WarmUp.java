package dev.backplane.layers.core.schedule;

import dev.backplane.nn.Schedule;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * Rises linearly to the first value of another schedule, and then follows it from its step 0 on.
 *
 * @param steps how many steps it rises; the first update has 1/steps of the value
 * @param then what follows
 */
public record WarmUp(int steps, Schedule then) implements Schedule {
  /** Checks the parameters. */
  public WarmUp {
    Steps.positive("WarmUp steps", steps);
  }

  @Override
  public Tensor at(Tensor step) {
    var after = step.sub(steps).maximum(Ops.like(step, 0));
    var rising = Ops.clamp(0, step.add(1).cast(DType.F32).div(steps), 1);
    return then.at(after).mul(rising);
  }
}
