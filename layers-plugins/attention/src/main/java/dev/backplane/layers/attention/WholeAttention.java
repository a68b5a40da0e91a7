package dev.backplane.layers.attention;

import dev.backplane.function.Functions;
import dev.backplane.op.OpDefinition.OwnGradient;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.List;

/** Attention whose weights [batch, heads, queries, keys] are stored, for short sequences. */
record WholeAttention(AttentionOp op) implements OwnGradient {
  /** How much each query takes of each value; rows sum to 1, or are 0 where nothing is seen. */
  Tensor weights(List<Tensor> operands) {
    var q = operands.get(0);
    var k = operands.get(1);
    int keys = k.shape().dimension(2);
    var first = q.scope().constant(Literal.scalar(DType.I32, 0L));
    var visible =
        Scores.visible(
            q.scope(), op.causal(), q.shape().dimension(2), keys, first, keys, op.mask(operands));
    var scores = Scores.where(visible, Scores.product(q.mul(op.scale()), 3, k, 3), Scores.UNSEEN);
    // No gradient goes through the shift: the weights do not depend on it.
    var powers = scores.sub(Ops.expand(Functions.stopGradient(scores.max(-1)), -1)).exp();
    var seen = Scores.where(visible, powers, 0);
    var sum = seen.sum(-1);
    return seen.div(Ops.expand(visible.isPresent() ? Scores.notZero(sum) : sum, -1));
  }

  /** What the weights take of the values. */
  static Tensor values(Tensor weights, Tensor v) {
    return Scores.product(weights.cast(v.dtype()), 3, v, 2).cast(v.dtype());
  }

  @Override
  public List<Tensor> forward(Scope scope, List<Tensor> operands) {
    var weights = weights(operands);
    return List.of(values(weights, operands.get(2)), weights);
  }

  @Override
  public List<Tensor> backward(
      Scope scope,
      List<Tensor> operands,
      List<Tensor> results,
      List<Tensor> residuals,
      List<Tensor> cotangents) {
    var q = operands.get(0);
    var k = operands.get(1);
    var v = operands.get(2);
    var weights = residuals.getFirst();
    var g = cotangents.getFirst();
    var dtype = weights.dtype();
    var along = g.cast(dtype).mul(results.getFirst().cast(dtype)).sum(-1);
    var scores = weights.mul(Scores.product(g, 3, v, 3).sub(Ops.expand(along, -1))).cast(q.dtype());
    return List.of(
        Scores.product(scores, 3, k, 2).mul(op.scale()).cast(q.dtype()),
        Scores.product(scores, 2, q.mul(op.scale()), 2).cast(k.dtype()),
        Scores.product(weights.cast(g.dtype()), 2, g, 2).cast(v.dtype()));
  }
}
