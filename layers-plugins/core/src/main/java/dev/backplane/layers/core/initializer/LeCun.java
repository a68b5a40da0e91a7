package dev.backplane.layers.core.initializer;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * Variance 1 / fan-in (LeCun et al., 1998).
 *
 * @param distribution uniform or normal
 */
public record LeCun(Distribution distribution) implements Initializer {
  @Override
  public Tensor apply(Draw draw, Shape shape) {
    var fan = Fan.of(shape);
    return distribution.of(draw, shape, 1 / fan.in());
  }
}
