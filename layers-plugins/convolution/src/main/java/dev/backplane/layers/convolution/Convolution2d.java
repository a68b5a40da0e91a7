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
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * activation(x * kernel + bias): filters moved over a picture. x: [batch, height, width, channels]
 * → [batch, height', width', filters]; see {@link Padding} for the sizes. Parameters: {@code
 * kernel} [height, width, channels / groups, filters], {@code bias} [filters].
 *
 * <ul>
 *   <li>C1: the input has rank 4.
 *   <li>C2: the kernel fits into it.
 *   <li>C3: the groups divide its channels.
 * </ul>
 *
 * @param filters the number of output channels
 * @param kernelSize [height, width] of the kernel
 * @param stride [height, width]: the step between positions
 * @param padding what is put around the input
 * @param dilation [height, width]: the distance of the kernel's elements; 1 for neighbours
 * @param groups so many groups of channels are convolved apart; divides channels and filters
 * @param activation applied to the sum
 * @param bias whether a bias is added
 * @param kernel the kernel's first value; the bias begins at zero
 * @param regularizer the penalty on the kernel
 */
public record Convolution2d(
    int filters,
    Shape kernelSize,
    Shape stride,
    Padding padding,
    Shape dilation,
    int groups,
    Activation activation,
    boolean bias,
    Initializer kernel,
    Regularizer regularizer)
    implements UnaryLayer {
  private static final String NAME = "Convolution2d";
  private static final int SPATIAL = 2;

  /** Checks numbers and sizes. */
  public Convolution2d {
    Correlation.atLeastOne(NAME, "filters", filters);
    Sliding.check(NAME, "kernelSize", kernelSize, SPATIAL);
    Sliding.check(NAME, "stride", stride, SPATIAL);
    Sliding.check(NAME, "dilation", dilation, SPATIAL);
    Correlation.checkGroups(NAME, groups, filters);
  }

  /** One size for both axes, no padding, linear, with bias, Glorot-uniform. */
  public Convolution2d(int filters, int kernelSize) {
    this(filters, kernelSize, new Linear());
  }

  /** One size for both axes, no padding, with bias, Glorot-uniform. */
  public Convolution2d(int filters, int kernelSize, Activation activation) {
    this(filters, Sliding.all(NAME, "kernelSize", SPATIAL, kernelSize), activation);
  }

  /** Any kernel, one stride, no padding, linear, with bias, Glorot-uniform. */
  public Convolution2d(int filters, int height, int width) {
    this(filters, Shape.of(height, width), new Linear());
  }

  private Convolution2d(int filters, Shape kernelSize, Activation activation) {
    this(
        filters,
        kernelSize,
        Sliding.ones(SPATIAL),
        Padding.VALID,
        Sliding.ones(SPATIAL),
        1,
        activation,
        true,
        new Glorot(Distribution.UNIFORM),
        new None());
  }

  /** The same layer with another stride. */
  public Convolution2d stride(int stride) {
    return stride(Sliding.all(NAME, "stride", SPATIAL, stride));
  }

  /** The same layer with a stride per axis. */
  public Convolution2d stride(int height, int width) {
    return stride(Shape.of(height, width));
  }

  private Convolution2d stride(Shape stride) {
    return new Convolution2d(
        filters,
        kernelSize,
        stride,
        padding,
        dilation,
        groups,
        activation,
        bias,
        kernel,
        regularizer);
  }

  /** The same layer with another padding. */
  public Convolution2d padding(Padding padding) {
    return new Convolution2d(
        filters,
        kernelSize,
        stride,
        padding,
        dilation,
        groups,
        activation,
        bias,
        kernel,
        regularizer);
  }

  /** The same layer with its kernel's elements further apart. */
  public Convolution2d dilation(int dilation) {
    return new Convolution2d(
        filters,
        kernelSize,
        stride,
        padding,
        Sliding.all(NAME, "dilation", SPATIAL, dilation),
        groups,
        activation,
        bias,
        kernel,
        regularizer);
  }

  /** The same layer in groups. */
  public Convolution2d groups(int groups) {
    return new Convolution2d(
        filters,
        kernelSize,
        stride,
        padding,
        dilation,
        groups,
        activation,
        bias,
        kernel,
        regularizer);
  }

  /** The same layer without bias, as in front of a normalization. */
  public Convolution2d withoutBias() {
    return new Convolution2d(
        filters,
        kernelSize,
        stride,
        padding,
        dilation,
        groups,
        activation,
        false,
        kernel,
        regularizer);
  }

  /** The same layer with another first value of its kernel. */
  public Convolution2d kernel(Initializer kernel) {
    return new Convolution2d(
        filters,
        kernelSize,
        stride,
        padding,
        dilation,
        groups,
        activation,
        bias,
        kernel,
        regularizer);
  }

  /** The same layer with a penalty on its kernel. */
  public Convolution2d regularizer(Regularizer regularizer) {
    return new Convolution2d(
        filters,
        kernelSize,
        stride,
        padding,
        dilation,
        groups,
        activation,
        bias,
        kernel,
        regularizer);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var windows = new Sliding(NAME, kernelSize, stride, dilation, padding).on(x);
    int channels = Correlation.channelsOfGroup(NAME, x, groups);
    var weights = Correlation.kernel(forward, kernelSize, channels, filters, kernel, regularizer);
    var y = Correlation.of(x, weights, windows, groups);
    return Correlation.finish(forward, y, bias, activation);
  }
}
