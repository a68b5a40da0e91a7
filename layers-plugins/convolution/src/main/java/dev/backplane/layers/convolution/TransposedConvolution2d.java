package dev.backplane.layers.convolution;

import dev.backplane.layers.core.activation.Linear;
import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.Glorot;
import dev.backplane.layers.core.regularizer.None;
import dev.backplane.layers.core.regularizer.Regularizer;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.Reverse;
import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The way back of a convolution, also called deconvolution: each input element adds its multiple of
 * the kernel to the output, at a distance of one stride from the next. x: [batch, height, width,
 * channels] → [batch, height', width', filters], where n becomes (n - 1) · stride + kernel size
 * with padding VALID and n · stride with SAME. Parameters: {@code kernel} [height, width, channels,
 * filters], {@code bias} [filters].
 *
 * <p>Constraint C1: the input has rank 4.
 *
 * @param filters the number of output channels
 * @param kernelSize [height, width] of the kernel
 * @param stride [height, width]: the distance that two input neighbours get in the output
 * @param padding the padding of the convolution whose way back it is
 * @param activation applied to the sum
 * @param bias whether a bias is added
 * @param kernel the kernel's first value; the bias begins at zero
 * @param regularizer the penalty on the kernel
 */
public record TransposedConvolution2d(
    int filters,
    Shape kernelSize,
    Shape stride,
    Padding padding,
    Activation activation,
    boolean bias,
    Initializer kernel,
    Regularizer regularizer)
    implements UnaryLayer {
  private static final String NAME = "TransposedConvolution2d";
  private static final int SPATIAL = 2;

  /** Checks numbers and sizes. */
  public TransposedConvolution2d {
    Correlation.atLeastOne(NAME, "filters", filters);
    Sliding.check(NAME, "kernelSize", kernelSize, SPATIAL);
    Sliding.check(NAME, "stride", stride, SPATIAL);
  }

  /** One size for both axes, one stride for both, padding VALID, linear, with bias. */
  public TransposedConvolution2d(int filters, int kernelSize, int stride) {
    this(filters, kernelSize, stride, new Linear());
  }

  /** One size for both axes, one stride for both, padding VALID, with bias. */
  public TransposedConvolution2d(int filters, int kernelSize, int stride, Activation activation) {
    this(
        filters,
        Sliding.all(NAME, "kernelSize", SPATIAL, kernelSize),
        Sliding.all(NAME, "stride", SPATIAL, stride),
        Padding.VALID,
        activation,
        true,
        new Glorot(Distribution.UNIFORM),
        new None());
  }

  /** The same layer with another padding. */
  public TransposedConvolution2d padding(Padding padding) {
    return new TransposedConvolution2d(
        filters, kernelSize, stride, padding, activation, bias, kernel, regularizer);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Sliding.requireInput(NAME, x, SPATIAL);
    var windows = new ArrayList<Window>();
    for (int i = 0; i < SPATIAL; i++) {
      windows.add(back(kernelSize.dimension(i), stride.dimension(i)));
    }
    var weights =
        Correlation.kernel(forward, kernelSize, x.shape().last(), filters, kernel, regularizer);
    // What each input element adds, seen from an output element, is the kernel the other way round.
    var flipped = weights.apply(new Reverse(List.of(0, 1)));
    var y = Correlation.of(x, flipped, windows, 1);
    return Correlation.finish(forward, y, bias, activation);
  }

  /** The window that moves over the input, which is drawn apart by the stride. */
  private Window back(int size, int step) {
    return switch (padding) {
      case VALID -> new Window(size, 1, size - 1, size - 1, step, 1);
      case SAME -> {
        int cut = Math.max(size - step, 0); // what the convolution padded, half on each side
        int low = size - 1 - cut / 2;
        yield new Window(size, 1, low, size + step - 2 - low, step, 1);
      }
    };
  }
}
