package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * The mean of each channel: [batch, spatial …, channels] → [batch, channels], for any number of
 * spatial axes. Of a sequence [batch, steps, channels] with a {@link Forward#mask()} it is the mean
 * over the real steps, 0 where there are none; behind it there is no mask.
 *
 * <ul>
 *   <li>C1: the input has rank 3 or more.
 *   <li>C3: its dtype is floating.
 *   <li>C4: a mask is bool [batch, steps].
 * </ul>
 */
public record GlobalAveragePooling() implements UnaryLayer {
  private static final String NAME = "GlobalAveragePooling";

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var axes = Averaging.spatialAxes(NAME, x);
    Averaging.requireFloating(NAME, x);
    var real = Steps.real(NAME, forward, x);
    if (real.isEmpty()) {
      return x.mean(axes);
    }
    var steps = real.get();
    var count = steps.cast(x.dtype()).sum(1);
    var sum = Ops.where(steps, x, Ops.like(x, 0)).sum(1);
    return sum.div(count.maximum(Ops.like(count, 1)));
  }
}
