package dev.backplane.layers.recurrent;

import dev.backplane.op.OpDefinition;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The op {@code lstm_cell}. Operands: the sums of the four gates over the input, side by side,
 * input, forget, candidate, output, [batch, 4 · units], the same over the hidden state, and the
 * cell state c [batch, units]. Results: the new hidden state h' = o · tanh(c') and cell state c' =
 * f · c + i · g, with i, f, o the logistic function and g the hyperbolic tangent of both sums
 * together. The gradient keeps i, f, g and o.
 */
record LstmCell() implements OpDefinition {
  @Override
  public String name() {
    return "lstm_cell";
  }

  @Override
  public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
    return new Gradient().forward(scope, operands).subList(0, 2);
  }

  @Override
  public Optional<OwnGradient> gradient() {
    return Optional.of(new Gradient());
  }

  private record Gradient() implements OwnGradient {
    @Override
    public List<Tensor> forward(Scope scope, List<Tensor> operands) {
      var c = operands.get(2);
      var i = Ops.unary(Unary.Kind.LOGISTIC, gate(operands, 0));
      var f = Ops.unary(Unary.Kind.LOGISTIC, gate(operands, 1));
      var g = Ops.unary(Unary.Kind.TANH, gate(operands, 2));
      var o = Ops.unary(Unary.Kind.LOGISTIC, gate(operands, 3));
      var next = f.mul(c).add(i.mul(g));
      return List.of(o.mul(Ops.unary(Unary.Kind.TANH, next)), next, i, f, g, o);
    }

    private static Tensor gate(List<Tensor> operands, int gate) {
      int units = operands.get(2).shape().last();
      return Recurrence.gate(operands.get(0), units, gate)
          .add(Recurrence.gate(operands.get(1), units, gate));
    }

    @Override
    public List<Tensor> backward(
        Scope scope,
        List<Tensor> operands,
        List<Tensor> results,
        List<Tensor> residuals,
        List<Tensor> cotangents) {
      var i = residuals.get(0);
      var f = residuals.get(1);
      var g = residuals.get(2);
      var o = residuals.get(3);
      var byHidden = cotangents.get(0);
      var tanh = Ops.unary(Unary.Kind.TANH, results.get(1));
      var byCell = cotangents.get(1).add(byHidden.mul(o).mul(Slopes.ofTanh(tanh)));
      var bySums = new ArrayList<Tensor>();
      bySums.add(byCell.mul(g).mul(Slopes.ofLogistic(i)));
      bySums.add(byCell.mul(operands.get(2)).mul(Slopes.ofLogistic(f)));
      bySums.add(byCell.mul(i).mul(Slopes.ofTanh(g)));
      bySums.add(byHidden.mul(tanh).mul(Slopes.ofLogistic(o)));
      var sums = Ops.concatenate(-1, bySums);
      return List.of(sums, sums, byCell.mul(f));
    }
  }
}
