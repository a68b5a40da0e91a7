package dev.backplane.layers.core.initializer;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * Uniform in ±limit.
 *
 * @param limit the largest magnitude
 */
public record Uniform(double limit) implements Initializer {
  @Override
  public Tensor apply(Draw draw, Shape shape) {
    return draw.uniform(shape).mul(2 * limit).sub(limit);
  }
}
