package dev.backplane.layers.attention;

import dev.backplane.layers.core.initializer.Constant;
import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * x / √(mean square + epsilon) · scale along the last axis (Zhang and Sennrich, 2019), the op
 * {@code rms_norm}. x: [..., units], the same shape back. Parameter: {@code scale} [units].
 *
 * <ul>
 *   <li>C1: the input is floating, of rank 1 or more.
 * </ul>
 *
 * @param epsilon added to the mean square, positive
 */
public record RmsNormalization(double epsilon) implements UnaryLayer {
  private static final String NAME = "RmsNormalization";

  /** Checks epsilon. */
  public RmsNormalization {
    Sequences.positive(NAME, "epsilon", epsilon);
  }

  /** Epsilon 1e-6. */
  public RmsNormalization() {
    this(1e-6);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Normalization.require(NAME, x);
    var scale = forward.parameter("scale", Shape.of(x.shape().last()), new Constant(1));
    return x.scope().apply(new Normalization(false, epsilon), List.of(x, scale)).getFirst();
  }
}
