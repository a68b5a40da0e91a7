package dev.backplane.layers.core;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;

/**
 * The same elements in another shape, example by example: [batch, …] → [batch, shape …].
 *
 * <p>Constraint R1: the input has a batch axis, and an example as many elements as the shape.
 *
 * @param shape of one example
 */
public record Reshape(Shape shape) implements UnaryLayer {
  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var found = x.shape();
    if (found.rank() == 0 || found.without(java.util.List.of(0)).size() != shape.size()) {
      throw new ShapeException(
          "Reshape R1: expected [batch, …] with %d elements in an example for %s, found %s"
              .formatted(shape.size(), shape, x.type()));
    }
    return x.reshape(
        shape.prepend(found.dimension(0)).dimensions().stream()
            .mapToInt(Integer::intValue)
            .toArray());
  }
}
