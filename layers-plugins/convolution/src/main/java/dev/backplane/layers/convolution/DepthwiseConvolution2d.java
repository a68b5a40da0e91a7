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
 * Each channel is convolved with filters of its own: activation(x * kernel + bias). x: [batch,
 * height, width, channels] → [batch, height', width', channels · multiplier], the results of one
 * channel beside each other; see {@link Padding} for the sizes. Parameters: {@code kernel} [height,
 * width, 1, channels · multiplier], {@code bias} [channels · multiplier].
 *
 * <ul>
 *   <li>C1: the input has rank 4.
 *   <li>C2: the kernel fits into it.
 * </ul>
 *
 * @param multiplier filters per channel
 * @param kernelSize [height, width] of the kernel
 * @param stride [height, width]: the step between positions
 * @param padding what is put around the input
 * @param dilation [height, width]: the distance of the kernel's elements; 1 for neighbours
 * @param activation applied to the sum
 * @param bias whether a bias is added
 * @param kernel the kernel's first value; the bias begins at zero
 * @param regularizer the penalty on the kernel
 */
public record DepthwiseConvolution2d(
    int multiplier,
    Shape kernelSize,
    Shape stride,
    Padding padding,
    Shape dilation,
    Activation activation,
    boolean bias,
    Initializer kernel,
    Regularizer regularizer)
    implements UnaryLayer {
  private static final String NAME = "DepthwiseConvolution2d";
  private static final int SPATIAL = 2;

  /** Checks numbers and sizes. */
  public DepthwiseConvolution2d {
    Correlation.atLeastOne(NAME, "multiplier", multiplier);
    Sliding.check(NAME, "kernelSize", kernelSize, SPATIAL);
    Sliding.check(NAME, "stride", stride, SPATIAL);
    Sliding.check(NAME, "dilation", dilation, SPATIAL);
  }

  /** One filter per channel, one size for both axes, no padding, linear, with bias. */
  public DepthwiseConvolution2d(int kernelSize) {
    this(kernelSize, new Linear());
  }

  /** One filter per channel, one size for both axes, no padding, with bias. */
  public DepthwiseConvolution2d(int kernelSize, Activation activation) {
    this(
        1,
        Sliding.all(NAME, "kernelSize", SPATIAL, kernelSize),
        Sliding.ones(SPATIAL),
        Padding.VALID,
        Sliding.ones(SPATIAL),
        activation,
        true,
        new Glorot(Distribution.UNIFORM),
        new None());
  }

  /** The same layer with more filters per channel. */
  public DepthwiseConvolution2d multiplier(int multiplier) {
    return new DepthwiseConvolution2d(
        multiplier, kernelSize, stride, padding, dilation, activation, bias, kernel, regularizer);
  }

  /** The same layer with another stride on both axes. */
  public DepthwiseConvolution2d stride(int stride) {
    return new DepthwiseConvolution2d(
        multiplier,
        kernelSize,
        Sliding.all(NAME, "stride", SPATIAL, stride),
        padding,
        dilation,
        activation,
        bias,
        kernel,
        regularizer);
  }

  /** The same layer with its kernels' elements further apart on both axes. */
  public DepthwiseConvolution2d dilation(int dilation) {
    return new DepthwiseConvolution2d(
        multiplier,
        kernelSize,
        stride,
        padding,
        Sliding.all(NAME, "dilation", SPATIAL, dilation),
        activation,
        bias,
        kernel,
        regularizer);
  }

  /** The same layer without bias, as in front of a normalization. */
  public DepthwiseConvolution2d withoutBias() {
    return new DepthwiseConvolution2d(
        multiplier, kernelSize, stride, padding, dilation, activation, false, kernel, regularizer);
  }

  /** The same layer with another padding. */
  public DepthwiseConvolution2d padding(Padding padding) {
    return new DepthwiseConvolution2d(
        multiplier, kernelSize, stride, padding, dilation, activation, bias, kernel, regularizer);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    var windows = new Sliding(NAME, kernelSize, stride, dilation, padding).on(x);
    int channels = x.shape().last();
    var weights =
        Correlation.kernel(
            forward, kernelSize, 1, Math.multiplyExact(channels, multiplier), kernel, regularizer);
    var y = Correlation.of(x, weights, windows, channels);
    return Correlation.finish(forward, y, bias, activation);
  }
}
