package com.acme.plugin;

import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.Update;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * Lion (Chen et al., 2023): w ← w - rate · (sign(lerp(m, g, 1 - beta1)) + decay · w), then m ←
 * lerp(m, g, 1 - beta2). It wants a rate some ten times smaller than Adam's.
 *
 * @param rate the learning rate
 * @param beta1 how much of the mean the step takes
 * @param beta2 decay of the mean
 * @param decay of the weights
 */
public record Lion(Schedule rate, double beta1, double beta2, double decay) implements Optimizer {
  @Override
  public Tensor apply(Update update) {
    var mean = update.slot("mean");
    var gradient = update.gradient();
    update.keep("mean", mean.lerp(gradient, 1 - beta2));
    var step = Ops.unary(Unary.Kind.SIGN, mean.lerp(gradient, 1 - beta1));
    if (decay > 0) {
      step = step.add(update.parameter().mul(decay));
    }
    return update.parameter().sub(step.mul(update.rate(rate)));
  }
}
