package dev.backplane.layers.convolution;

import dev.backplane.layers.core.initializer.Constant;
import dev.backplane.layers.core.initializer.Zeros;
import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * (x - mean) / √(variance + epsilon) · scale + bias for each channel, the last axis (Ioffe and
 * Szegedy, 2015). x: [batch, …, channels], the same shape back. While training, mean and variance
 * are those of the batch, over all other axes; otherwise the running ones. Parameters: {@code
 * scale} and {@code bias} [channels]; state: {@code mean} and {@code variance} f32 [channels],
 * which begin at 0 and 1 and take in each batch, its variance unbiased (n - 1), as in PyTorch. A
 * batch of one value per channel has no variance: it leaves the running statistics as they are.
 *
 * <ul>
 *   <li>C1: the input has rank 2 or more.
 *   <li>C3: its dtype is floating.
 * </ul>
 *
 * @param momentum the share of the running statistics that stays with each step, 0 ≤ momentum &lt;
 *     1
 * @param epsilon added to the variance, positive
 * @param scale whether there is a trained scale
 * @param bias whether there is a trained bias
 */
public record BatchNormalization(double momentum, double epsilon, boolean scale, boolean bias)
    implements UnaryLayer {
  private static final String NAME = "BatchNormalization";

  /** Checks momentum and epsilon. */
  public BatchNormalization {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException(
          NAME + " momentum: expected 0 or more and below 1, found " + momentum);
    }
    if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          NAME + " epsilon: expected a number above 0, found " + epsilon);
    }
  }

  /** Momentum 0.9 (which PyTorch calls 0.1), epsilon 1e-5, with scale and bias. */
  public BatchNormalization() {
    this(0.9, 1e-5, true, true);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    if (x.shape().rank() < 2) {
      throw new ShapeException(
          NAME + " C1: expected an input [batch, …, channels], found " + x.type());
    }
    Averaging.requireFloating(NAME, x);
    var channels = Shape.of(x.shape().last());
    var type = new TensorType(DType.F32, channels);
    var mean = forward.state("mean", type, 0);
    var variance = forward.state("variance", type, 1);
    var operands = new ArrayList<Tensor>(List.of(x));
    if (scale) {
      operands.add(forward.parameter("scale", channels, new Constant(1)));
    }
    if (bias) {
      operands.add(forward.parameter("bias", channels, new Zeros()));
    }
    var normalized = new BatchNormalized(epsilon, scale, bias);
    if (!forward.training()) {
      return normalized.normalized(operands, mean, normalized.inverse(variance));
    }
    long count = BatchNormalized.elements(x);
    if (count > 1) {
      var batchMean = BatchNormalized.mean(x);
      var unbiased = BatchNormalized.variance(x, batchMean).mul(count / (count - 1.0));
      forward.keep("mean", batchMean.lerp(mean, momentum));
      forward.keep("variance", unbiased.lerp(variance, momentum));
    }
    return x.scope().apply(normalized, operands).getFirst();
  }
}
