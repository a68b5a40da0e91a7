package dev.backplane.layers.core.optimizer;

import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.Update;
import dev.backplane.tensor.Tensor;

/**
 * Stochastic gradient descent: v ← momentum·v + g; w ← w - rate·v, or with Nesterov's momentum w ←
 * w - rate·(g + momentum·v) (Sutskever et al., 2013).
 *
 * @param rate the learning rate
 * @param momentum 0 for none
 * @param nesterov whether the momentum looks ahead
 */
public record Sgd(Schedule rate, double momentum, boolean nesterov) implements Optimizer {
  /** Checks the momentum. */
  public Sgd {
    Hyper.share("Sgd momentum", momentum);
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("Sgd nesterov: expected a momentum above 0");
    }
  }

  /** A constant rate, no momentum. */
  public Sgd(double rate) {
    this(new Constant(rate), 0, false);
  }

  @Override
  public Tensor apply(Update update) {
    var change = update.gradient();
    if (momentum > 0) {
      var velocity = update.slot("velocity").mul(momentum).add(change);
      update.keep("velocity", velocity);
      change = nesterov ? change.add(velocity.mul(momentum)) : velocity;
    }
    return update.parameter().sub(change.mul(update.rate(rate)));
  }
}
