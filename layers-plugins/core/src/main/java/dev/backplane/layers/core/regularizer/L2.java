package dev.backplane.layers.core.regularizer;

import dev.backplane.tensor.Tensor;
import java.util.Optional;

/**
 * factor · Σw².
 *
 * @param factor its weight in the loss
 */
public record L2(double factor) implements Regularizer {
  @Override
  public Optional<Tensor> penalty(Tensor weights) {
    return Optional.of(weights.square().sum().mul(factor));
  }
}
