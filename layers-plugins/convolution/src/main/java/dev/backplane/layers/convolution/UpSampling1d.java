package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * Each element several times beside itself (the nearest neighbour). x: [batch, length, channels] →
 * [batch, length · factor, channels]. Constraint C1: the input has rank 3.
 *
 * @param factor [length]: how often
 */
public record UpSampling1d(Shape factor) implements UnaryLayer {
  private static final String NAME = "UpSampling1d";
  private static final int SPATIAL = 1;

  /** Checks the factors. */
  public UpSampling1d {
    Sliding.check(NAME, "factor", factor, SPATIAL);
  }

  /** So often. */
  public UpSampling1d(int factor) {
    this(Sliding.all(NAME, "factor", SPATIAL, factor));
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Sliding.requireInput(NAME, x, SPATIAL);
    var repeated = x;
    for (int axis = 1; axis <= SPATIAL; axis++) {
      int times = factor.dimension(axis - 1);
      var apart = Ops.expand(repeated, axis + 1);
      var shape = repeated.shape().with(axis, repeated.shape().dimension(axis) * times);
      repeated =
          apart
              .broadcastTo(apart.shape().with(axis + 1, times))
              .reshape(shape.dimensions().stream().mapToInt(Integer::intValue).toArray());
    }
    return repeated;
  }
}
