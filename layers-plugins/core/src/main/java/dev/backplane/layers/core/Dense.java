package dev.backplane.layers.core;

import dev.backplane.layers.core.activation.Linear;
import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.Glorot;
import dev.backplane.layers.core.initializer.Zeros;
import dev.backplane.layers.core.regularizer.None;
import dev.backplane.layers.core.regularizer.Regularizer;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;

/**
 * y = activation(x · kernel + bias). x: [..., in] → [..., units]. Parameters: {@code kernel} [in,
 * units], {@code bias} [units].
 *
 * @param units the number of outputs
 * @param activation applied to the sum
 * @param bias whether a bias is added
 * @param kernel the kernel's first value; the bias begins at zero
 * @param regularizer the penalty on the kernel
 */
public record Dense(
    int units, Activation activation, boolean bias, Initializer kernel, Regularizer regularizer)
    implements UnaryLayer {
  /** Checks the number of units. */
  public Dense {
    if (units < 1) {
      throw new IllegalArgumentException("Dense units: expected 1 or more, found " + units);
    }
  }

  /** Linear, with bias, Glorot-uniform. */
  public Dense(int units) {
    this(units, new Linear());
  }

  /** With bias, Glorot-uniform. */
  public Dense(int units, Activation activation) {
    this(units, activation, true, new Glorot(Distribution.UNIFORM), new None());
  }

  /** The same layer with a penalty on its kernel. */
  public Dense regularizer(Regularizer regularizer) {
    return new Dense(units, activation, bias, kernel, regularizer);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    if (x.shape().rank() == 0) {
      throw new dev.backplane.tensor.ShapeException(
          "Dense D1: expected an input of rank 1 or more, found " + x.type());
    }
    var weights = forward.parameter("kernel", Shape.of(x.shape().last(), units), kernel);
    regularizer.penalty(weights).ifPresent(forward::penalty);
    var y = x.matmul(weights);
    if (bias) {
      y = y.add(forward.parameter("bias", Shape.of(units), new Zeros()));
    }
    return activation.apply(y);
  }
}
