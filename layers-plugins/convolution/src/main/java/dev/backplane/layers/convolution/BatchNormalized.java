package dev.backplane.layers.convolution;

import dev.backplane.op.Attributes;
import dev.backplane.op.OpDefinition;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The op {@code batch_norm}: x [batch, …, channels], with scale [channels] and bias [channels]
 * where there are such, normalized by its own mean and variance over all axes but the last → x's
 * type. Attributes: epsilon, scale, bias. Computed in f32.
 *
 * <p>The gradient keeps the mean and the inverse deviation of each channel, beside the operands.
 * With c = x - mean, i the inverse deviation and g the gradient of the result, n elements in a
 * channel, it is Σg for bias, i · Σ(g · c) for scale, and for x i · scale · (g - Σg / n - c · i² ·
 * Σ(g · c) / n) (Ioffe and Szegedy, 2015): two sweeps over x, one for both sums.
 *
 * @param epsilon added to the variance
 * @param scale whether there is a scale
 * @param bias whether there is a bias
 */
record BatchNormalized(double epsilon, boolean scale, boolean bias) implements OpDefinition {
  @Override
  public String name() {
    return "batch_norm";
  }

  @Override
  public Attributes attributes() {
    return Attributes.none().with("epsilon", epsilon).with("scale", scale).with("bias", bias);
  }

  /** The mean of each channel. */
  static Tensor mean(Tensor x) {
    return x.cast(DType.F32).mean(axes(x));
  }

  /** The variance of each channel, divided by the number of elements. */
  static Tensor variance(Tensor x, Tensor mean) {
    return x.cast(DType.F32).sub(mean).square().mean(axes(x));
  }

  /** How many values a channel has; 0 where there is no channel. */
  static long elements(Tensor x) {
    return x.shape().size() / Math.max(1, x.shape().last());
  }

  /** 1 / √(variance + epsilon). */
  Tensor inverse(Tensor variance) {
    return variance.add(epsilon).apply(new Unary(Unary.Kind.RSQRT));
  }

  private static int[] axes(Tensor x) {
    return IntStream.range(0, x.shape().rank() - 1).toArray();
  }

  @Override
  public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
    return List.of(forward(operands).getFirst());
  }

  /**
   * The normalized result.
   *
   * @param operands x, then scale and bias where there are such
   */
  Tensor normalized(List<Tensor> operands, Tensor mean, Tensor inverse) {
    var x = operands.getFirst();
    var y = x.cast(DType.F32).sub(mean).mul(factor(operands, inverse));
    return (bias ? y.add(operands.getLast()) : y).cast(x.dtype());
  }

  private Tensor factor(List<Tensor> operands, Tensor inverse) {
    return scale ? inverse.mul(operands.get(1)) : inverse;
  }

  /** The result, the mean, the inverse deviation. */
  private List<Tensor> forward(List<Tensor> operands) {
    var x = operands.getFirst();
    var mean = mean(x);
    var inverse = inverse(variance(x, mean));
    return List.of(normalized(operands, mean, inverse), mean, inverse);
  }

  private List<Tensor> backward(List<Tensor> operands, List<Tensor> residuals, Tensor cotangent) {
    var x = operands.getFirst();
    var inverse = residuals.getLast();
    double elements = Math.max(1, elements(x));
    var centered = x.cast(DType.F32).sub(residuals.getFirst());
    var g = cotangent.cast(DType.F32);
    var sum = g.sum(axes(x));
    var product = g.mul(centered).sum(axes(x));
    var factor = factor(operands, inverse);
    var slope = factor.mul(inverse.square()).mul(product).mul(1 / elements);
    var shift = factor.mul(sum).mul(1 / elements);
    var given = new ArrayList<Tensor>();
    given.add(g.mul(factor).sub(centered.mul(slope)).sub(shift).cast(x.dtype()));
    if (scale) {
      given.add(product.mul(inverse));
    }
    if (bias) {
      given.add(sum);
    }
    return given;
  }

  @Override
  public Optional<OwnGradient> gradient() {
    return Optional.of(
        new OwnGradient() {
          @Override
          public List<Tensor> forward(Scope scope, List<Tensor> operands) {
            return BatchNormalized.this.forward(operands);
          }

          @Override
          public List<Tensor> backward(
              Scope scope,
              List<Tensor> operands,
              List<Tensor> results,
              List<Tensor> residuals,
              List<Tensor> cotangents) {
            return BatchNormalized.this.backward(operands, residuals, cotangents.getFirst());
          }
        });
  }
}
