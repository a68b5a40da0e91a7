package dev.backplane.layers.core.transform;

import dev.backplane.nn.GradientTransform;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * Each element clamped to ±limit.
 *
 * @param limit the largest magnitude left
 */
public record ClipByValue(double limit) implements GradientTransform {
  /** Checks the limit. */
  public ClipByValue {
    if (!(limit > 0)) {
      throw new IllegalArgumentException(
          "ClipByValue limit: expected a positive number, found " + limit);
    }
  }

  @Override
  public List<Tensor> apply(Gradients gradients) {
    return gradients.gradients().stream().map(g -> Ops.clamp(-limit, g, limit)).toList();
  }
}
