package dev.backplane.integration.swap.plugin;

import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.Update;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;

/**
 * Gradient descent with momentum.
 *
 * @param rate the learning rate
 */
public record Descent(double rate) implements Optimizer {
  private record Always(double value) implements Schedule {
    @Override
    public Tensor at(Tensor step) {
      return Ops.fill(step.scope(), TensorType.f32(), value);
    }
  }

  @Override
  public Tensor apply(Update update) {
    var velocity = update.slot("velocity").mul(0.9).add(update.gradient());
    update.keep("velocity", velocity);
    return update.parameter().sub(velocity.mul(update.rate(new Always(rate))));
  }
}
