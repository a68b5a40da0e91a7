package dev.backplane.layers.core.optimizer;

import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.Update;
import dev.backplane.tensor.Tensor;

/**
 * RMSprop: v ← decay·v + (1 - decay)·g²; w ← w - rate·g / (√v + epsilon) (Hinton, lecture 6e,
 * 2012).
 *
 * @param rate the learning rate
 * @param decay of the mean square
 * @param epsilon keeps the divisor from zero
 */
public record RmsProp(Schedule rate, double decay, double epsilon) implements Optimizer {
  /** Checks the hyper-parameters. */
  public RmsProp {
    Hyper.share("RmsProp decay", decay);
    Hyper.positive("RmsProp epsilon", epsilon);
  }

  /** A constant rate, decay 0.99, epsilon 1e-8. */
  public RmsProp(double rate) {
    this(new Constant(rate), 0.99, 1e-8);
  }

  @Override
  public Tensor apply(Update update) {
    var square = update.slot("square").lerp(update.gradient().square(), 1 - decay);
    update.keep("square", square);
    var change = update.gradient().mul(update.rate(rate)).div(square.sqrt().add(epsilon));
    return update.parameter().sub(change);
  }
}
