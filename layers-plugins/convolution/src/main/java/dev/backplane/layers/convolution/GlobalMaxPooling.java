package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Tensor;

/**
 * The largest of each channel: [batch, spatial …, channels] → [batch, channels], for any number of
 * spatial axes. Constraint C1: the input has rank 3 or more.
 */
public record GlobalMaxPooling() implements UnaryLayer {
  @Override
  public Tensor apply(Forward forward, Tensor x) {
    return x.max(Averaging.spatialAxes("GlobalMaxPooling", x));
  }
}
