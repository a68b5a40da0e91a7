package dev.backplane.layers.core.regularizer;

import dev.backplane.tensor.Tensor;
import java.util.Optional;

/** No penalty. */
public record None() implements Regularizer {
  @Override
  public Optional<Tensor> penalty(Tensor weights) {
    return Optional.empty();
  }
}
