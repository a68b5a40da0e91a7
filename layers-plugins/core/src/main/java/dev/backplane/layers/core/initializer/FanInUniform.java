package dev.backplane.layers.core.initializer;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/** Uniform in ±1/√fan-in, what PyTorch's linear and recurrent layers begin with. */
public record FanInUniform() implements Initializer {
  @Override
  public Tensor apply(Draw draw, Shape shape) {
    return new Uniform(1 / Math.sqrt(Fan.of(shape).in())).apply(draw, shape);
  }
}
