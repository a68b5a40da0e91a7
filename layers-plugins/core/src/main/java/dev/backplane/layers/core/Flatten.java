package dev.backplane.layers.core;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Tensor;
import java.util.Optional;

/**
 * All axes but the first become one: [batch, …] → [batch, features]. Behind it there is no mask:
 * the steps it was of are gone.
 */
public record Flatten() implements UnaryLayer {
  @Override
  public Tensor apply(Forward forward, Tensor x) {
    if (x.shape().rank() == 0) {
      throw new dev.backplane.tensor.ShapeException(
          "Flatten F1: expected a batch axis, found " + x.type());
    }
    forward.mask(Optional.empty());
    long features = 1;
    for (int i = 1; i < x.shape().rank(); i++) {
      features *= x.shape().dimension(i);
    }
    return x.reshape(x.shape().dimension(0), Math.toIntExact(features));
  }
}
