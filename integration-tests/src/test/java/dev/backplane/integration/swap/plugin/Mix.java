package dev.backplane.integration.swap.plugin;

import dev.backplane.nn.Draw;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * A product with a kernel, then the plugin's own op.
 *
 * @param units outputs
 * @param slope of the op
 */
public record Mix(int units, double slope) implements UnaryLayer {
  /** Uniform in ±range. */
  public record Uniform(double range) implements Initializer {
    @Override
    public Tensor apply(Draw draw, Shape shape) {
      return draw.uniform(shape).sub(0.5).mul(2 * range);
    }
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var kernel = forward.parameter("kernel", Shape.of(x.shape().last(), units), new Uniform(0.7));
    var mixed = x.matmul(kernel);
    return mixed.scope().apply(new Bend(slope), List.of(mixed)).getFirst();
  }
}
