package dev.backplane.layers.core.metric;

import dev.backplane.nn.Batch;
import dev.backplane.nn.TabledMetric;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * Of each class the share of the examples of the class that were found; 0 where there are none.
 * Outputs and targets as for {@link Accuracy}. The table is f32 [classes], a value for each class.
 *
 * @param classes how many classes there are; 2 for one logit
 * @param average how the figure comes of them
 */
public record Recall(int classes, Average average) implements TabledMetric {
  /** Checks the number of classes. */
  public Recall {
    PerClass.check("Recall", classes);
  }

  /** The mean over the classes. */
  public Recall(int classes) {
    this(classes, Average.MACRO);
  }

  @Override
  public String name() {
    return "recall";
  }

  @Override
  public List<TensorType> state() {
    return PerClass.state(classes);
  }

  @Override
  public Tensors update(Tensors state, Tensors outputs, Batch batch) {
    return PerClass.update("Recall", state, outputs, batch);
  }

  @Override
  public Tensor table(Tensors state) {
    return PerClass.recall(state.only());
  }

  @Override
  public Tensor result(Tensors state) {
    return PerClass.figure(average, state.only(), table(state));
  }
}
