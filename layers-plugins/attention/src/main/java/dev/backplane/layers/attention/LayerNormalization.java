package dev.backplane.layers.attention;

import dev.backplane.layers.core.initializer.Constant;
import dev.backplane.layers.core.initializer.Zeros;
import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * (x - mean) / √(variance + epsilon) · scale + bias along the last axis (Ba et al., 2016), the op
 * {@code layer_norm}. x: [..., units], the same shape back. Parameters: {@code scale} and {@code
 * bias} [units].
 *
 * <ul>
 *   <li>C1: the input is floating, of rank 1 or more.
 * </ul>
 *
 * @param epsilon added to the variance, positive
 */
public record LayerNormalization(double epsilon) implements UnaryLayer {
  private static final String NAME = "LayerNormalization";

  /** Checks epsilon. */
  public LayerNormalization {
    Sequences.positive(NAME, "epsilon", epsilon);
  }

  /** Epsilon 1e-5, as in PyTorch. */
  public LayerNormalization() {
    this(1e-5);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Normalization.require(NAME, x);
    var units = Shape.of(x.shape().last());
    var scale = forward.parameter("scale", units, new Constant(1));
    var bias = forward.parameter("bias", units, new Zeros());
    return x.scope().apply(new Normalization(true, epsilon), List.of(x, scale, bias)).getFirst();
  }
}
