package dev.backplane.layers.audio.ctc;

import dev.backplane.layers.core.activation.Softmax;
import dev.backplane.op.Attributes;
import dev.backplane.op.Compare;
import dev.backplane.op.OpDefinition;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * The composite {@code ctc}: logits [batch, T, classes], labels i32 [batch, L], their lengths i32
 * [batch] and the frames i32 [batch] give -ln p(labels) f32 [batch]. The backward pass is the one
 * of Graves et al. (2006): what the classes get less what the paths need, no differentiation of
 * loops.
 */
record CtcOp(int blank, boolean zeroInfinity) implements OpDefinition {
  /** All paths together are less likely than any that is possible. */
  private static final double LEAST_POSSIBLE = Trellis.IMPOSSIBLE / 10;

  @Override
  public String name() {
    return "ctc";
  }

  @Override
  public Attributes attributes() {
    return Attributes.none().with("blank", blank).with("zero_infinity", zeroInfinity);
  }

  @Override
  public List<Tensor> decompose(Scope scope, List<Tensor> operands) {
    return List.of(forward(operands).getFirst());
  }

  private Trellis trellis(List<Tensor> operands) {
    return new Trellis(
        blank,
        operands.getFirst().shape().last(),
        operands.get(1),
        operands.get(2),
        operands.get(3));
  }

  /** The losses; behind them ln softmax, the emissions of the states, alphas, ln of the total. */
  private List<Tensor> forward(List<Tensor> operands) {
    var logits = operands.getFirst();
    var trellis = trellis(operands);
    var logs = Softmax.log(logits.cast(DType.F32));
    // The product with ones and zeros takes out single values, as long as all are finite.
    var finite = logs.maximum(Ops.like(logs, Trellis.IMPOSSIBLE));
    var emissions = Trellis.ofStates(finite, trellis.oneHot());
    var paths = trellis.forward(emissions);
    var total = Trellis.sum(paths.get(0).add(trellis.end()));
    var infinite = zeroInfinity ? 0 : Double.POSITIVE_INFINITY;
    var loss =
        Ops.where(
            total.compare(Compare.Direction.LT, Ops.like(total, LEAST_POSSIBLE)),
            Ops.like(total, infinite),
            total.neg());
    var valid = trellis.valid(logits.shape().dimension(1));
    var checked = Ops.where(valid, loss, Ops.like(loss, Double.NaN));
    return List.of(checked, logs, emissions, paths.get(1), total);
  }

  @Override
  public Optional<OwnGradient> gradient() {
    return Optional.of(
        new OwnGradient() {
          @Override
          public List<Tensor> forward(Scope scope, List<Tensor> operands) {
            return CtcOp.this.forward(operands);
          }

          @Override
          public List<Tensor> backward(
              Scope scope,
              List<Tensor> operands,
              List<Tensor> results,
              List<Tensor> residuals,
              List<Tensor> cotangents) {
            return List.of(backwardOf(operands, results, residuals, cotangents.getFirst()));
          }
        });
  }

  private Tensor backwardOf(
      List<Tensor> operands, List<Tensor> results, List<Tensor> residuals, Tensor cotangent) {
    var trellis = trellis(operands);
    var logs = residuals.getFirst();
    var total = residuals.get(3);
    var needed =
        Trellis.ofClasses(
            trellis.occupancy(residuals.get(1), residuals.get(2), total), trellis.oneHot());
    var difference = logs.exp().sub(needed);
    var step = Ops.iota(logs.scope(), new TensorType(DType.I32, logs.shape()), 1);
    var frames = Ops.expand(Ops.expand(trellis.frames(), 1), 2);
    var active = step.compare(Compare.Direction.LT, frames);
    var impossible = total.compare(Compare.Direction.LT, Ops.like(total, LEAST_POSSIBLE));
    var wrong = results.getFirst().compare(Compare.Direction.NE, results.getFirst());
    var otherwise = Ops.like(total, zeroInfinity ? 0 : Double.NaN);
    var factor = Ops.where(wrong, Ops.like(total, Double.NaN), cotangent);
    var scaled = difference.mul(wide(factor));
    var possible = Ops.where(active, scaled, Ops.like(scaled, 0));
    return Ops.where(wide(impossible), wide(otherwise.broadcastTo(total.shape())), possible)
        .cast(operands.getFirst().dtype());
  }

  private static Tensor wide(Tensor perExample) {
    return Ops.expand(Ops.expand(perExample, 1), 2);
  }
}
