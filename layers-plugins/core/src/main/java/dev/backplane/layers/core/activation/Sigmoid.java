package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;

/** 1 / (1 + e^-x). */
public record Sigmoid() implements Activation {
  @Override
  public Tensor apply(Tensor x) {
    return Ops.unary(Unary.Kind.LOGISTIC, x);
  }
}
