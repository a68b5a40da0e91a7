package dev.backplane.layers.core.schedule;

import dev.backplane.nn.Schedule;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * initial · factor^⌊step / every⌋.
 *
 * @param initial at step 0
 * @param every how many steps between two changes
 * @param factor of each change
 */
public record StepDecay(double initial, int every, double factor) implements Schedule {
  /** Checks the parameters. */
  public StepDecay {
    Steps.positive("StepDecay every", every);
  }

  @Override
  public Tensor at(Tensor step) {
    var changes = step.div(Ops.like(step, every)).cast(DType.F32);
    return Ops.like(changes, factor).pow(changes).mul(initial);
  }
}
