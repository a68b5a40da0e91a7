package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * Each element several times beside itself (the nearest neighbour). x: [batch, height, width,
 * channels] → [batch, height · factor, width · factor, channels]. Constraint C1: the input has rank
 * 4.
 *
 * @param factor [height, width]: how often
 */
public record UpSampling2d(Shape factor) implements UnaryLayer {
  private static final String NAME = "UpSampling2d";
  private static final int SPATIAL = 2;

  /** Checks the factors. */
  public UpSampling2d {
    Sliding.check(NAME, "factor", factor, SPATIAL);
  }

  /** The same factor on both axes. */
  public UpSampling2d(int factor) {
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
