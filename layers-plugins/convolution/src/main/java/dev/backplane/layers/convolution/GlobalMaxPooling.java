package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/**
 * The largest of each channel: [batch, spatial …, channels] → [batch, channels], for any number of
 * spatial axes. Of a sequence [batch, steps, channels] with a {@link Forward#mask()} it is the
 * largest of the real steps, 0 where there are none; behind it there is no mask.
 *
 * <ul>
 *   <li>C1: the input has rank 3 or more.
 *   <li>C3: its dtype is floating, where there is a mask.
 *   <li>C4: a mask is bool [batch, steps].
 * </ul>
 */
public record GlobalMaxPooling() implements UnaryLayer {
  private static final String NAME = "GlobalMaxPooling";

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var axes = Averaging.spatialAxes(NAME, x);
    var real = Steps.real(NAME, forward, x);
    if (real.isEmpty()) {
      return x.max(axes);
    }
    Averaging.requireFloating(NAME, x);
    var steps = real.get();
    var lowest = Ops.like(x, Double.NEGATIVE_INFINITY);
    var any = steps.max(1);
    return Ops.where(any, Ops.where(steps, x, lowest).max(1), Ops.like(x, 0));
  }
}
