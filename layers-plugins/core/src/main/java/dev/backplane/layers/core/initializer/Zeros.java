package dev.backplane.layers.core.initializer;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/** All zero. */
public record Zeros() implements Initializer {
  @Override
  public Tensor apply(Draw draw, Shape shape) {
    return new Constant(0).apply(draw, shape);
  }
}
