package dev.backplane.layers.core.schedule;

import dev.backplane.nn.Schedule;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * From initial to least along half a cosine, then least (Loshchilov and Hutter, 2017).
 *
 * @param initial at step 0
 * @param steps when it reaches its least value
 * @param least the value from then on
 */
public record CosineDecay(double initial, int steps, double least) implements Schedule {
  /** Checks the parameters. */
  public CosineDecay {
    Steps.positive("CosineDecay steps", steps);
  }

  @Override
  public Tensor at(Tensor step) {
    var done = Ops.clamp(0, step.cast(DType.F32).div(steps), 1);
    var wave = Ops.unary(Unary.Kind.COS, done.mul(Math.PI)).add(1).mul(0.5);
    return wave.mul(initial - least).add(least);
  }
}
