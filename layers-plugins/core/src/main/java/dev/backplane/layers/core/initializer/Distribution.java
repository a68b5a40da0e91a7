package dev.backplane.layers.core.initializer;

import dev.backplane.nn.Draw;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/** The distribution of a random first value. */
public enum Distribution {
  /** Uniform between ±√3 standard deviations. */
  UNIFORM,
  /** Normal. */
  NORMAL;

  /** Random values of mean 0 and the given variance. */
  Tensor of(Draw draw, Shape shape, double variance) {
    return switch (this) {
      case UNIFORM -> {
        double limit = Math.sqrt(3 * variance);
        yield draw.uniform(shape).mul(2 * limit).sub(limit);
      }
      case NORMAL -> draw.normal(shape).mul(Math.sqrt(variance));
    };
  }
}
