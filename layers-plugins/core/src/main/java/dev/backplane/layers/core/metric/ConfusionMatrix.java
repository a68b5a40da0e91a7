package dev.backplane.layers.core.metric;

import dev.backplane.nn.Batch;
import dev.backplane.nn.TabledMetric;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * How often each class was taken for each: the table is f32 [classes, classes], a row for what is
 * true and a column for what was said. Its figure is Cohen's kappa (Cohen 1960): the agreement
 * beyond what chance would give, 1 for all right; 0 where there is one class only. Outputs and
 * targets as for {@link Accuracy}.
 *
 * @param classes how many classes there are; 2 for one logit
 */
public record ConfusionMatrix(int classes) implements TabledMetric {
  /** Checks the number of classes. */
  public ConfusionMatrix {
    PerClass.check("ConfusionMatrix", classes);
  }

  @Override
  public String name() {
    return "kappa";
  }

  @Override
  public List<TensorType> state() {
    return PerClass.state(classes);
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    return PerClass.update("ConfusionMatrix", state, outputs, batch);
  }

  @Override
  public Tensor table(Tensors state) {
    return state.only();
  }

  /** With p the share of right answers and c that by chance: (p - c) / (1 - c). */
  @Override
  public Tensor result(Tensors state) {
    var matrix = state.only();
    var all = matrix.sum();
    var right = PerClass.ratio(PerClass.right(matrix).sum(), all);
    var chance = PerClass.ratio(matrix.sum(0).mul(matrix.sum(1)).sum(), all.square());
    return PerClass.ratio(right.sub(chance), chance.neg().add(1));
  }
}
