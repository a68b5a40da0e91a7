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
 * activation(x * kernel + bias): filters moved over a sequence. x: [batch, length, channels] →
 * [batch, length', filters]; see {@link Padding} for the sizes. Parameters: {@code kernel} [length,
 * channels / groups, filters], {@code bias} [filters].
 *
 * <ul>
 *   <li>C1: the input has rank 3.
 *   <li>C2: the kernel fits into it.
 *   <li>C3: the groups divide its channels.
 * </ul>
 *
 * @param filters the number of output channels
 * @param kernelSize [length] of the kernel
 * @param stride [length]: the step between positions
 * @param padding what is put around the input
 * @param dilation [length]: the distance of the kernel's elements; 1 for neighbours
 * @param groups so many groups of channels are convolved apart; divides channels and filters
 * @param activation applied to the sum
 * @param bias whether a bias is added
 * @param kernel the kernel's first value; the bias begins at zero
 * @param regularizer the penalty on the kernel
 */
public record Convolution1d(
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
  private static final String NAME = "Convolution1d";
  private static final int SPATIAL = 1;

  /** Checks numbers and sizes. */
  public Convolution1d {
    Correlation.atLeastOne(NAME, "filters", filters);
    Sliding.check(NAME, "kernelSize", kernelSize, SPATIAL);
    Sliding.check(NAME, "stride", stride, SPATIAL);
    Sliding.check(NAME, "dilation", dilation, SPATIAL);
    Correlation.checkGroups(NAME, groups, filters);
  }

  /** No padding, linear, with bias, Glorot-uniform. */
  public Convolution1d(int filters, int kernelSize) {
    this(filters, kernelSize, new Linear());
  }

  /** No padding, with bias, Glorot-uniform. */
  public Convolution1d(int filters, int kernelSize, Activation activation) {
    this(filters, Sliding.all(NAME, "kernelSize", SPATIAL, kernelSize), activation);
  }

  private Convolution1d(int filters, Shape kernelSize, Activation activation) {
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
  public Convolution1d stride(int stride) {
    return stride(Sliding.all(NAME, "stride", SPATIAL, stride));
  }

  private Convolution1d stride(Shape stride) {
    return new Convolution1d(
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
  public Convolution1d padding(Padding padding) {
    return new Convolution1d(
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
  public Convolution1d dilation(int dilation) {
    return new Convolution1d(
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
  public Convolution1d groups(int groups) {
    return new Convolution1d(
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
  public Convolution1d withoutBias() {
    return new Convolution1d(
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
  public Convolution1d kernel(Initializer kernel) {
    return new Convolution1d(
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
  public Convolution1d regularizer(Regularizer regularizer) {
    return new Convolution1d(
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
