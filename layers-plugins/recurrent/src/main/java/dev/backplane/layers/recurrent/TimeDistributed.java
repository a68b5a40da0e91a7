package dev.backplane.layers.recurrent;

import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import java.util.ArrayList;
import java.util.Optional;

/**
 * A layer of one input and output applied to each step by itself, with the same parameters: x
 * [batch, steps, …] → [batch, steps, …'], where the layer makes […'] of […] for [batch · steps]
 * examples. For layers that see more of an example than its last axis, such as a convolution. The
 * layer sees no mask; those behind see the one before. Child: {@code layer}.
 *
 * <ul>
 *   <li>C1: the input has rank 2 or more.
 *   <li>C2: the layer gives as many examples as it gets.
 * </ul>
 *
 * @param layer the layer
 */
public record TimeDistributed(Layer layer) implements UnaryLayer {
  private static final String NAME = "TimeDistributed";

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    if (x.shape().rank() < 2) {
      throw new ShapeException(NAME + " C1: expected [batch, steps, …], found " + x.type());
    }
    int batch = x.shape().dimension(0);
    int steps = x.shape().dimension(1);
    var mask = forward.mask();
    forward.mask(Optional.empty());
    var y = forward.child("layer", layer, reshaped(x, x.shape(), 2, batch * steps));
    forward.mask(mask);
    if (y.shape().rank() == 0 || y.shape().dimension(0) != batch * steps) {
      throw new ShapeException(
          NAME + " C2: of " + batch * steps + " examples the layer gives " + y.type());
    }
    return reshaped(y, y.shape(), 1, batch, steps);
  }

  /** x with the given dimensions in front of its axes from one on. */
  private static Tensor reshaped(Tensor x, Shape shape, int from, int... front) {
    var dimensions = new ArrayList<Integer>();
    for (int dimension : front) {
      dimensions.add(dimension);
    }
    dimensions.addAll(shape.dimensions().subList(from, shape.rank()));
    return x.reshape(dimensions.stream().mapToInt(Integer::intValue).toArray());
  }
}
