package dev.backplane.layers.core.transform;

import dev.backplane.nn.GradientTransform;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * All gradients scaled by one factor so that their common Euclidean norm is at most the limit
 * (Pascanu et al., 2013).
 *
 * @param limit the largest norm left
 */
public record ClipByGlobalNorm(double limit) implements GradientTransform {
  /** Checks the limit. */
  public ClipByGlobalNorm {
    if (!(limit > 0)) {
      throw new IllegalArgumentException(
          "ClipByGlobalNorm limit: expected a positive number, found " + limit);
    }
  }

  @Override
  public List<Tensor> apply(Gradients gradients) {
    if (gradients.gradients().isEmpty()) {
      return List.of();
    }
    var squares = gradients.gradients().stream().map(g -> g.square().sum()).toList();
    var norm = Ops.fold(squares, Tensor::add).sqrt();
    var bound = Ops.like(norm, limit);
    var scale = bound.div(norm.maximum(bound));
    return gradients.gradients().stream().map(g -> g.mul(scale)).toList();
  }
}
