package dev.backplane.layers.core.metric;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Metric;
import dev.backplane.op.Compare;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * The area under the receiver operating characteristic of a yes-or-no question: the probability
 * that an example of class 1 has a higher logit than one of class 0, ties counting half (Hanley and
 * McNeil 1982). Outputs [batch] or [batch, 1] with targets of as many elements, or [batch, 2] with
 * labels [batch] or one-hot targets. 0.5 where only one of the classes is there.
 *
 * <p>Logits z are counted in 4096 bins that are equally wide in z / (1 + |z|); two in one bin count
 * as a tie, so that the figure is at most half the share of such pairs away from the exact one.
 */
public record RocAuc() implements Metric {
  private static final int SIDE = 64;

  @Override
  public String name() {
    return "roc_auc";
  }

  /** How many of class 0, and of class 1, are in each bin. */
  @Override
  public List<TensorType> state() {
    return List.of(TensorType.f32(SIDE, SIDE), TensorType.f32(SIDE, SIDE));
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    var z = outputs.only().cast(DType.F32);
    int examples = batch.weights().shape().dimension(0);
    if (z.shape().rank() == 2 && z.shape().last() == 2) {
      z = z.slice(1, 1, 2).sub(z.slice(1, 0, 1));
    }
    var truth = Decided.of("RocAuc", outputs, batch).truth();
    if (z.shape().size() != examples || truth.shape().size() != examples) {
      throw new ShapeException(
          "RocAuc M1: expected outputs [batch], [batch, 1] or [batch, 2], found "
              + outputs.only().type());
    }
    z = z.reshape(-1);
    var share = z.div(Ops.unary(Unary.Kind.ABS, z).add(1)).add(1).mul(SIDE * SIDE / 2.0);
    var bin = Ops.clamp(0, share, SIDE * SIDE - 1).cast(DType.I32);
    var high = bin.cast(DType.F32).div(SIDE).cast(DType.I32);
    var low = bin.sub(high.mul(SIDE));
    var yes = truth.reshape(-1).cast(DType.F32).mul(batch.weights());
    var no = batch.weights().sub(yes);
    return Tensors.of(
        state.get(0).add(Decided.counts(high, low, SIDE, no)),
        state.get(1).add(Decided.counts(high, low, SIDE, yes)));
  }

  @Override
  public Tensor result(Tensors state) {
    var no = state.get(0);
    var yes = state.get(1);
    var rows = no.sum(1);
    var before = before(no).add(column(before(row(rows)), no));
    var wins = yes.mul(before.add(no.mul(0.5))).sum();
    var pairs = yes.sum().mul(no.sum());
    var none = pairs.compare(Compare.Direction.EQ, Ops.like(pairs, 0));
    return Ops.where(none, Ops.like(pairs, 0.5), PerClass.ratio(wins, pairs));
  }

  /** The sums of what stands to the left, row by row. */
  private static Tensor before(Tensor x) {
    var type = TensorType.f32(SIDE, SIDE);
    var left =
        Ops.iota(x.scope(), type, 0).compare(Compare.Direction.LT, Ops.iota(x.scope(), type, 1));
    return x.matmul(left.cast(DType.F32));
  }

  private static Tensor row(Tensor x) {
    return x.reshape(1, SIDE);
  }

  private static Tensor column(Tensor row, Tensor like) {
    return row.reshape(SIDE, 1).broadcastTo(like.shape());
  }
}
