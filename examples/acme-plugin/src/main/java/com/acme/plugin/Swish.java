package com.acme.plugin;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * x · sigmoid(β · x) with a learned β for each unit (Ramachandran et al., 2017).
 *
 * @param beta the first value of β; 0 makes it linear, a large one nearly relu
 */
public record Swish(double beta) implements UnaryLayer {
  /** Checks β. */
  public Swish {
    if (!Double.isFinite(beta)) {
      throw new IllegalArgumentException("Swish beta: expected a finite number, found " + beta);
    }
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var learned =
        forward.parameter(
            "beta",
            Shape.of(x.shape().last()),
            (draw, shape) -> Ops.fill(draw.key().scope(), x.type().withShape(shape), beta));
    return x.scope().apply(new SwishOp(), List.of(x, learned)).getFirst();
  }
}
