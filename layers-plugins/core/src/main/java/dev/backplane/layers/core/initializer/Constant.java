package dev.backplane.layers.core.initializer;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;

/**
 * One number everywhere.
 *
 * @param value the number
 */
public record Constant(double value) implements Initializer {
  @Override
  public Tensor apply(Draw draw, Shape shape) {
    return Ops.fill(draw.key().scope(), new TensorType(DType.F32, shape), value);
  }
}
