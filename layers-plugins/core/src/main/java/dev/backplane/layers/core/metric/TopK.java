package dev.backplane.layers.core.metric;

import dev.backplane.nn.Batch;
import dev.backplane.nn.Metric;
import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * The share of examples whose true class is among the k of the largest logits, weighted by the
 * examples' weights; of equal logits all count as among them. Outputs [batch, …, classes] with
 * integer labels [batch, …] or one-hot targets.
 *
 * @param k how many, at least 1
 */
public record TopK(int k) implements Metric {
  /** Checks the number. */
  public TopK {
    if (k < 1) {
      throw new IllegalArgumentException("TopK: expected a k of 1 or more, found " + k);
    }
  }

  @Override
  public String name() {
    return "top_" + k + "_accuracy";
  }

  @Override
  public List<TensorType> state() {
    return List.of(TensorType.f32(), TensorType.f32());
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    var z = outputs.only().cast(DType.F32);
    if (Decided.isBinary(z, batch.targets().only())) {
      throw new ShapeException(
          "TopK M1: outputs " + z.type() + " have one logit; expected one for each class");
    }
    var truth = Decided.of("TopK", outputs, batch).truth();
    var chosen = Ops.oneHot(truth, z.shape().last(), DType.F32);
    var own = Ops.expand(z.mul(chosen).sum(-1), truth.shape().rank()).broadcastTo(z.shape());
    var before = z.compare(Compare.Direction.GT, own).cast(DType.F32).sum(-1);
    var among = before.compare(Compare.Direction.LT, Ops.like(before, k)).cast(DType.F32);
    return Tensors.of(
        state.get(0).add(Decided.perExample(among).mul(batch.weights()).sum()),
        state.get(1).add(batch.weights().sum()));
  }

  @Override
  public Tensor result(Tensors state) {
    return state.get(0).div(state.get(1));
  }
}
