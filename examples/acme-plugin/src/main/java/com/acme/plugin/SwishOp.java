package com.acme.plugin;

import dev.backplane.op.OpDefinition;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** x · sigmoid(β · x) of x [batch, …, n] and β [n], with a gradient that keeps the sigmoid. */
record SwishOp() implements OpDefinition {
  @Override
  public String name() {
    return "acme.swish";
  }

  @Override
  public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
    var x = operands.get(0);
    return List.of(x.mul(sigmoid(x, operands.get(1))));
  }

  private static Tensor sigmoid(Tensor x, Tensor beta) {
    return Ops.unary(Unary.Kind.LOGISTIC, x.mul(beta));
  }

  @Override
  public Optional<OwnGradient> gradient() {
    return Optional.of(
        new OwnGradient() {
          /** The result, and behind it what the backward pass needs: the sigmoid. */
          @Override
          public List<Tensor> forward(Scope scope, List<Tensor> operands) {
            var x = operands.get(0);
            var sigmoid = sigmoid(x, operands.get(1));
            return List.of(x.mul(sigmoid), sigmoid);
          }

          /** With s for the sigmoid: dx = g · (s + β·x·s·(1 - s)), dβ = Σ g · x²·s·(1 - s). */
          @Override
          public List<Tensor> backward(
              Scope scope,
              List<Tensor> operands,
              List<Tensor> results,
              List<Tensor> residuals,
              List<Tensor> cotangents) {
            var x = operands.get(0);
            var beta = operands.get(1);
            var s = residuals.getFirst();
            var g = cotangents.getFirst();
            var slope = results.getFirst().mul(Ops.like(s, 1).sub(s)); // x·s·(1 - s)
            var all = IntStream.range(0, x.shape().rank() - 1).toArray();
            var byBeta = g.mul(x).mul(slope);
            return List.of(
                g.mul(s.add(beta.mul(slope))), all.length == 0 ? byBeta : byBeta.sum(all));
          }
        });
  }
}
