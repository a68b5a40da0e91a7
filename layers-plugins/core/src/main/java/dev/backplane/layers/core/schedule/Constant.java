package dev.backplane.layers.core.schedule;

import dev.backplane.nn.Schedule;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;

/**
 * Always the same.
 *
 * @param value the value
 */
public record Constant(double value) implements Schedule {
  @Override
  public Tensor at(Tensor step) {
    return step.scope().constant(Literal.scalar(DType.F32, value));
  }
}
