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
 * The way back of a convolution, also called deconvolution: each input element adds its multiple of
 * the kernel to the output, at a distance of one stride from the next. x: [batch, length, channels]
 * → [batch, length', filters], where n becomes (n - 1) · stride + kernel size with padding VALID
 * and n · stride with SAME. Parameters: {@code kernel} [length, channels, filters], {@code bias}
 * [filters].
 *
 * <p>Constraint C1: the input has rank 3.
 *
 * @param filters the number of output channels
 * @param kernelSize [length] of the kernel
 * @param stride [length]: the distance that two input neighbours get in the output
 * @param padding the padding of the convolution whose way back it is
 * @param activation applied to the sum
 * @param bias whether a bias is added
 * @param kernel the kernel's first value; the bias begins at zero
 * @param regularizer the penalty on the kernel
 */
public record TransposedConvolution1d(
    int filters,
    Shape kernelSize,
    Shape stride,
    Padding padding,
    Activation activation,
    boolean bias,
    Initializer kernel,
    Regularizer regularizer)
    implements UnaryLayer {
  private static final String NAME = "TransposedConvolution1d";
  private static final int SPATIAL = 1;

  /** Checks numbers and sizes. */
  public TransposedConvolution1d {
    Correlation.atLeastOne(NAME, "filters", filters);
    Sliding.check(NAME, "kernelSize", kernelSize, SPATIAL);
    Sliding.check(NAME, "stride", stride, SPATIAL);
  }

  /** Padding VALID, linear, with bias. */
  public TransposedConvolution1d(int filters, int kernelSize, int stride) {
    this(filters, kernelSize, stride, new Linear());
  }

  /** Padding VALID, with bias. */
  public TransposedConvolution1d(int filters, int kernelSize, int stride, Activation activation) {
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
  public TransposedConvolution1d padding(Padding padding) {
    return new TransposedConvolution1d(
        filters, kernelSize, stride, padding, activation, bias, kernel, regularizer);
  }

  /** The same layer without bias, as in front of a normalization. */
  public TransposedConvolution1d withoutBias() {
    return new TransposedConvolution1d(
        filters, kernelSize, stride, padding, activation, false, kernel, regularizer);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Sliding.requireInput(NAME, x, SPATIAL);
    var weights =
        Correlation.kernel(forward, kernelSize, x.shape().last(), filters, kernel, regularizer);
    var y = Correlation.back(x, weights, kernelSize, stride, padding);
    return Correlation.finish(forward, y, bias, activation);
  }
}
