package dev.backplane.layers.recurrent;

import dev.backplane.op.OpDefinition;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * The op {@code gru_cell}. Operands: the sums of the three gates over the input, reset, update,
 * candidate, side by side, [batch, 3 · units], the same over the state, and the state h [batch,
 * units]. Result: h' = (1 - z) · n + z · h, with r and z the logistic function of both sums and n =
 * tanh(input + r · state). The gradient keeps r, z and n.
 */
record GruCell() implements OpDefinition {
  @Override
  public String name() {
    return "gru_cell";
  }

  @Override
  public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
    return new Gradient().forward(scope, operands).subList(0, 1);
  }

  @Override
  public Optional<OwnGradient> gradient() {
    return Optional.of(new Gradient());
  }

  private record Gradient() implements OwnGradient {
    @Override
    public List<Tensor> forward(Scope scope, List<Tensor> operands) {
      var input = operands.get(0);
      var state = operands.get(1);
      var h = operands.get(2);
      int units = h.shape().last();
      var r = logistic(input, state, units, 0);
      var z = logistic(input, state, units, 1);
      var candidate = Recurrence.gate(input, units, 2).add(r.mul(Recurrence.gate(state, units, 2)));
      var n = Ops.unary(Unary.Kind.TANH, candidate);
      return List.of(Ops.like(z, 1).sub(z).mul(n).add(z.mul(h)), r, z, n);
    }

    private static Tensor logistic(Tensor input, Tensor state, int units, int gate) {
      var sum = Recurrence.gate(input, units, gate).add(Recurrence.gate(state, units, gate));
      return Ops.unary(Unary.Kind.LOGISTIC, sum);
    }

    @Override
    public List<Tensor> backward(
        Scope scope,
        List<Tensor> operands,
        List<Tensor> results,
        List<Tensor> residuals,
        List<Tensor> cotangents) {
      var h = operands.get(2);
      var r = residuals.get(0);
      var z = residuals.get(1);
      var n = residuals.get(2);
      var g = cotangents.getFirst();
      var state = Recurrence.gate(operands.get(1), h.shape().last(), 2);
      var byCandidate = g.mul(Ops.like(z, 1).sub(z)).mul(Slopes.ofTanh(n));
      var byUpdate = g.mul(h.sub(n)).mul(Slopes.ofLogistic(z));
      var byReset = byCandidate.mul(state).mul(Slopes.ofLogistic(r));
      return List.of(
          Ops.concatenate(-1, List.of(byReset, byUpdate, byCandidate)),
          Ops.concatenate(-1, List.of(byReset, byUpdate, byCandidate.mul(r))),
          g.mul(z));
    }
  }
}
