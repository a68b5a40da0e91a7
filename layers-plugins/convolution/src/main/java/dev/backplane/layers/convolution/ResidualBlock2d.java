package dev.backplane.layers.convolution;

import dev.backplane.layers.core.activation.Relu;
import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.He;
import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Tensor;

/**
 * relu(f(x) + shortcut(x)), f being two convolutions of 3 × 3 with batch normalization, relu
 * between (He et al., 2015, the basic block; torchvision's {@code BasicBlock}). The shortcut is x
 * itself, or where stride or channels change a convolution of 1 × 1 with batch normalization. x:
 * [batch, height, width, channels] → [batch, ⌈height / stride⌉, ⌈width / stride⌉, filters].
 * Children: {@code convolution_1}, {@code normalization_1}, {@code convolution_2}, {@code
 * normalization_2}, {@code shortcut}, {@code shortcut_normalization}.
 *
 * @param filters channels of the result
 * @param stride of the first convolution and the shortcut, on both axes
 */
public record ResidualBlock2d(int filters, int stride) implements UnaryLayer {
  private static final String NAME = "ResidualBlock2d";

  /** Checks the numbers. */
  public ResidualBlock2d {
    Correlation.atLeastOne(NAME, "filters", filters);
    Correlation.atLeastOne(NAME, "stride", stride);
  }

  /** Stride 1. */
  public ResidualBlock2d(int filters) {
    this(filters, 1);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Sliding.requireInput(NAME, x, 2);
    var first = forward.child("convolution_1", convolution(3, stride), padded(forward, x));
    var middle = relu(forward.child("normalization_1", new BatchNormalization(), first));
    var second = forward.child("convolution_2", convolution(3, 1), padded(forward, middle));
    var y = forward.child("normalization_2", new BatchNormalization(), second);
    var shortcut = x;
    if (stride > 1 || x.shape().last() != filters) {
      var narrow = forward.child("shortcut", convolution(1, stride), x);
      shortcut = forward.child("shortcut_normalization", new BatchNormalization(), narrow);
    }
    return relu(y.add(shortcut));
  }

  private Convolution2d convolution(int size, int step) {
    return new Convolution2d(filters, size)
        .stride(step)
        .withoutBias()
        .kernel(new He(Distribution.NORMAL));
  }

  private static Tensor padded(Forward forward, Tensor x) {
    return new ZeroPadding2d(1).apply(forward, x);
  }

  private static Tensor relu(Tensor x) {
    return new Relu().apply(x);
  }
}
