package dev.backplane.layers.convolution;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.Combiner;
import dev.backplane.op.ReduceWindow;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * The largest element under each position of a window, channel by channel; NaN where there is one.
 * The gradient goes to the first of equals. x: [batch, height, width, channels] → [batch, height',
 * width', channels]; see {@link Padding} for the sizes.
 *
 * <ul>
 *   <li>C1: the input has rank 4.
 *   <li>C2: the window fits into it.
 * </ul>
 *
 * @param windowSize [height, width] of the window
 * @param stride [height, width]: the step between positions
 * @param padding what is put around the input
 */
public record MaxPooling2d(Shape windowSize, Shape stride, Padding padding) implements UnaryLayer {
  private static final String NAME = "MaxPooling2d";
  private static final int SPATIAL = 2;

  /** Checks the sizes. */
  public MaxPooling2d {
    Sliding.check(NAME, "windowSize", windowSize, SPATIAL);
    Sliding.check(NAME, "stride", stride, SPATIAL);
  }

  /** One size for both axes, moved by its own size, without padding. */
  public MaxPooling2d(int windowSize) {
    this(
        Sliding.all(NAME, "windowSize", SPATIAL, windowSize),
        Sliding.all(NAME, "windowSize", SPATIAL, windowSize),
        Padding.VALID);
  }

  /** The same layer with another stride. */
  public MaxPooling2d stride(int stride) {
    return new MaxPooling2d(windowSize, Sliding.all(NAME, "stride", SPATIAL, stride), padding);
  }

  /** The same layer with another padding. */
  public MaxPooling2d padding(Padding padding) {
    return new MaxPooling2d(windowSize, stride, padding);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var windows = new Sliding(NAME, windowSize, stride, Sliding.ones(SPATIAL), padding).onAll(x);
    return x.apply(new ReduceWindow(Combiner.MAXIMUM, windows));
  }
}
