package dev.backplane.layers.core.initializer;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * Normal, of mean 0.
 *
 * @param deviation the standard deviation
 */
public record Normal(double deviation) implements Initializer {
  @Override
  public Tensor apply(Draw draw, Shape shape) {
    return Distribution.NORMAL.of(draw, shape, deviation * deviation);
  }
}
