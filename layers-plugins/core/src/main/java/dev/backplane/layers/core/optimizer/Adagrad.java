package dev.backplane.layers.core.optimizer;

import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.Update;
import dev.backplane.tensor.Tensor;

/**
 * Adagrad (Duchi et al., 2011): s ← s + g²; w ← w - rate·g / (√s + epsilon).
 *
 * @param rate the learning rate
 * @param initial what the sum of squares begins with
 * @param epsilon keeps the divisor from zero
 */
public record Adagrad(Schedule rate, double initial, double epsilon) implements Optimizer {
  /** Checks the hyper-parameters. */
  public Adagrad {
    if (!(initial >= 0)) {
      throw new IllegalArgumentException("Adagrad initial: expected 0 or more, found " + initial);
    }
    Hyper.positive("Adagrad epsilon", epsilon);
  }

  /** A constant rate, initial 0, epsilon 1e-10. */
  public Adagrad(double rate) {
    this(new Constant(rate), 0, 1e-10);
  }

  @Override
  public Tensor apply(Update update) {
    var sum = update.slot("sum", initial).add(update.gradient().square());
    update.keep("sum", sum);
    return update
        .parameter()
        .sub(update.gradient().mul(update.rate(rate)).div(sum.sqrt().add(epsilon)));
  }
}
