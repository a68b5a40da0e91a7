package dev.backplane.layers.core.optimizer;

import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.Update;
import dev.backplane.tensor.Tensor;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019): w ← w·(1 - rate·decay) less
 * Adam's change.
 *
 * @param rate the learning rate
 * @param beta1 decay of the mean
 * @param beta2 decay of the mean square
 * @param epsilon keeps the divisor from zero
 * @param decay of the weights
 */
public record AdamW(Schedule rate, double beta1, double beta2, double epsilon, double decay)
    implements Optimizer {
  /** Checks the hyper-parameters. */
  public AdamW {
    Hyper.share("AdamW beta1", beta1);
    Hyper.share("AdamW beta2", beta2);
    Hyper.positive("AdamW epsilon", epsilon);
    Hyper.share("AdamW decay", decay);
  }

  /** A constant rate, beta1 0.9, beta2 0.999, epsilon 1e-8, decay 0.01. */
  public AdamW(double rate) {
    this(new Constant(rate), 0.9, 0.999, 1e-8, 0.01);
  }

  @Override
  public Tensor apply(Update update) {
    var weights = update.parameter();
    var kept = weights.sub(weights.mul(update.rate(rate).mul(decay)));
    return kept.sub(Adam.change(update, rate, beta1, beta2, epsilon));
  }
}
