package dev.backplane.layers.core.metric;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Metric;
import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * The share of right answers, weighted by the examples' weights. Outputs [batch, …, classes] with
 * integer labels [batch, …] or one-hot targets: the class of the largest logit. Outputs [batch] or
 * [batch, 1] with targets of as many elements: whether the logit is positive. The state is kept in
 * f32 sums, exact up to 2^24 examples an epoch.
 *
 * @param ignored the label of positions that do not count, such as padding: an example's share is
 *     that of its others, and one that has none does not count
 */
public record Accuracy(Optional<Integer> ignored) implements Metric {
  /** Every position counts. */
  public Accuracy() {
    this(Optional.empty());
  }

  /** The same metric without the positions of a label. */
  public Accuracy ignoring(int label) {
    return new Accuracy(Optional.of(label));
  }

  @Override
  public String name() {
    return "accuracy";
  }

  @Override
  public List<TensorType> state() {
    return List.of(TensorType.f32(), TensorType.f32());
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    var decided = Decided.of("Accuracy", outputs, batch);
    var right = decided.said().compare(Compare.Direction.EQ, decided.truth()).cast(DType.F32);
    if (ignored.isEmpty()) {
      return counted(state, Decided.perExample(right), batch.weights());
    }
    var real =
        decided
            .truth()
            .compare(Compare.Direction.NE, Ops.like(decided.truth(), ignored.get()))
            .cast(DType.F32);
    var share = Decided.perExample(real);
    var any = share.compare(Compare.Direction.GT, Ops.like(share, 0));
    var perExample =
        Decided.perExample(right.mul(real)).div(Ops.where(any, share, Ops.like(share, 1)));
    return counted(state, perExample, batch.weights().mul(any.cast(DType.F32)));
  }

  private static Tensors counted(Tensors state, Tensor perExample, Tensor weights) {
    return Tensors.of(
        state.get(0).add(perExample.mul(weights).sum()), state.get(1).add(weights.sum()));
  }

  @Override
  public Tensor result(Tensors state) {
    return state.get(0).div(state.get(1));
  }
}
