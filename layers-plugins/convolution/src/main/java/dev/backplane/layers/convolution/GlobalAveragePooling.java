package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Tensor;

/**
 * The mean of each channel: [batch, spatial …, channels] → [batch, channels], for any number of
 * spatial axes.
 *
 * <ul>
 *   <li>C1: the input has rank 3 or more.
 *   <li>C3: its dtype is floating.
 * </ul>
 */
public record GlobalAveragePooling() implements UnaryLayer {
  private static final String NAME = "GlobalAveragePooling";

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var axes = Averaging.spatialAxes(NAME, x);
    Averaging.requireFloating(NAME, x);
    return x.mean(axes);
  }
}
