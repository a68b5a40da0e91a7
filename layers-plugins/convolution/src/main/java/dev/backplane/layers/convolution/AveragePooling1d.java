package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * The mean of the elements under each position of a window, channel by channel; padding does not
 * count. x: [batch, length, channels] → [batch, length', channels]; see {@link Padding} for the
 * sizes.
 *
 * <ul>
 *   <li>C1: the input has rank 3.
 *   <li>C2: the window fits into it.
 *   <li>C3: its dtype is floating.
 * </ul>
 *
 * @param windowSize [length] of the window
 * @param stride [length]: the step between positions
 * @param padding what is put around the input
 */
public record AveragePooling1d(Shape windowSize, Shape stride, Padding padding)
    implements UnaryLayer {
  private static final String NAME = "AveragePooling1d";
  private static final int SPATIAL = 1;

  /** Checks the sizes. */
  public AveragePooling1d {
    Sliding.check(NAME, "windowSize", windowSize, SPATIAL);
    Sliding.check(NAME, "stride", stride, SPATIAL);
  }

  /** A window of some size, moved by its own size, without padding. */
  public AveragePooling1d(int windowSize) {
    this(
        Sliding.all(NAME, "windowSize", SPATIAL, windowSize),
        Sliding.all(NAME, "windowSize", SPATIAL, windowSize),
        Padding.VALID);
  }

  /** The same layer with another stride. */
  public AveragePooling1d stride(int stride) {
    return new AveragePooling1d(windowSize, Sliding.all(NAME, "stride", SPATIAL, stride), padding);
  }

  /** The same layer with another padding. */
  public AveragePooling1d padding(Padding padding) {
    return new AveragePooling1d(windowSize, stride, padding);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var windows = new Sliding(NAME, windowSize, stride, Sliding.ones(SPATIAL), padding).onAll(x);
    return Averaging.of(NAME, x, windows);
  }
}
