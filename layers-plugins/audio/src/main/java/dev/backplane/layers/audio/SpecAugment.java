package dev.backplane.layers.audio;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.Binary;
import dev.backplane.op.Compare;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;

/**
 * While training, sets bands of frequencies and stretches of time to zero, drawn anew for each
 * example (SpecAugment without time warping: Park et al., 2019); otherwise the identity. x: [batch,
 * steps, bins], the same shape back. The width of a band is uniform in 0 … the given width (at most
 * all there is), its place uniform among those it fits in. Zero is the mean of features that were
 * normalized.
 *
 * <ul>
 *   <li>C1: the input has rank 3 and a floating dtype.
 * </ul>
 *
 * @param frequencyMasks how many bands
 * @param frequencyWidth the largest width of a band, in bins
 * @param timeMasks how many stretches
 * @param timeWidth the largest length of a stretch, in steps
 */
public record SpecAugment(int frequencyMasks, int frequencyWidth, int timeMasks, int timeWidth)
    implements UnaryLayer {
  /** Checks the numbers. */
  public SpecAugment {
    notNegative("frequencyMasks", frequencyMasks);
    notNegative("frequencyWidth", frequencyWidth);
    notNegative("timeMasks", timeMasks);
    notNegative("timeWidth", timeWidth);
  }

  private static void notNegative(String component, int number) {
    if (number < 0) {
      throw new IllegalArgumentException(
          "SpecAugment " + component + ": expected 0 or more, found " + number);
    }
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    if (x.shape().rank() != 3 || !x.dtype().isFloating()) {
      throw new ShapeException(
          "SpecAugment C1: expected a floating input [batch, steps, bins], found " + x.type());
    }
    if (!forward.training()) {
      return x;
    }
    var y = x;
    for (int i = 0; i < frequencyMasks; i++) {
      y = masked(forward, y, 2, frequencyWidth);
    }
    for (int i = 0; i < timeMasks; i++) {
      y = masked(forward, y, 1, timeWidth);
    }
    return y;
  }

  private static Tensor masked(Forward forward, Tensor x, int axis, int mostWidth) {
    int batch = x.shape().dimension(0);
    int length = x.shape().dimension(axis);
    int most = Math.min(mostWidth, length);
    var uniform = forward.draw().uniform(Shape.of(2, batch));
    var width = floor(uniform.slice(0, 0, 1).mul(most + 1.0));
    var start = floor(uniform.slice(0, 1, 2).mul(width.neg().add(length + 1.0)));
    var from = start.reshape(batch, 1, 1);
    var to = from.add(width.reshape(batch, 1, 1));
    var place =
        Ops.iota(
            x.scope(),
            new TensorType(DType.F32, axis == 1 ? Shape.of(1, length, 1) : Shape.of(1, 1, length)),
            axis);
    var within =
        Ops.binary(
            Binary.Kind.AND,
            place.compare(Compare.Direction.GE, from),
            place.compare(Compare.Direction.LT, to));
    return Ops.where(within, Ops.like(x, 0), x);
  }

  private static Tensor floor(Tensor x) {
    return Ops.unary(Unary.Kind.FLOOR, x);
  }
}
