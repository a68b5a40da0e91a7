package dev.backplane.layers.core.regularizer;

import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import java.util.Optional;

/**
 * factor · Σ|w|.
 *
 * @param factor its weight in the loss
 */
public record L1(double factor) implements Regularizer {
  @Override
  public Optional<Tensor> penalty(Tensor weights) {
    return Optional.of(Ops.unary(Unary.Kind.ABS, weights).sum().mul(factor));
  }
}
