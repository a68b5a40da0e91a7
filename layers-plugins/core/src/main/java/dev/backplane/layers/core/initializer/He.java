package dev.backplane.layers.core.initializer;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * Variance 2 / fan-in, for relu (He et al., 2015).
 *
 * @param distribution uniform or normal
 */
public record He(Distribution distribution) implements Initializer {
  @Override
  public Tensor apply(Draw draw, Shape shape) {
    var fan = Fan.of(shape);
    return distribution.of(draw, shape, 2 / fan.in());
  }
}
