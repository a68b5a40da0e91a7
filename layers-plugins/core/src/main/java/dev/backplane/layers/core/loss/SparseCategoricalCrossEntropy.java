package dev.backplane.layers.core.loss;

import dev.backplane.layers.core.activation.Softmax;
import dev.backplane.nn.Batch;
import dev.backplane.nn.BoundedLoss;
import dev.backplane.nn.ValueBounds;
import dev.backplane.op.Compare;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * Cross-entropy of one class per position. Outputs: logits [batch, …, classes]; targets: integer
 * labels [batch, …], 0 … classes-1: others end a training. Predictions are probabilities.
 *
 * @param ignored the label of positions that do not count, such as padding: the loss of an example
 *     is the mean over its others, 0 where there are none
 */
public record SparseCategoricalCrossEntropy(Optional<Integer> ignored) implements BoundedLoss {
  /** Every position counts. */
  public SparseCategoricalCrossEntropy() {
    this(Optional.empty());
  }

  /** The same loss without the positions of a label. */
  public SparseCategoricalCrossEntropy ignoring(int label) {
    return new SparseCategoricalCrossEntropy(Optional.of(label));
  }

  @Override
  public Tensor apply(Tensors outputs, Batch batch) {
    var z = outputs.only();
    var labels = batch.targets().only();
    if (!labels.dtype().isInteger()
        || z.shape().rank() == 0
        || !labels.shape().append(z.shape().last()).equals(z.shape())) {
      throw new ShapeException(
          "SparseCategoricalCrossEntropy L1: outputs "
              + z.type()
              + " need integer labels of their shape without the"
              + " last axis, found "
              + labels.type());
    }
    var chosen = Ops.oneHot(labels, z.shape().last(), z.dtype());
    var loss = Softmax.log(z).mul(chosen).sum(-1).neg();
    return ignored
        .map(label -> labels.compare(Compare.Direction.NE, Ops.like(labels, label)))
        .map(real -> Examples.mean(loss, real))
        .orElseGet(() -> Examples.mean(loss));
  }

  @Override
  public Optional<ValueBounds> bounds(List<TensorType> outputs) {
    var labels = ValueBounds.indices(outputs.getFirst().shape().last());
    return Optional.of(ignored.map(labels::or).orElse(labels));
  }

  @Override
  public Tensors predictions(Tensors outputs) {
    return outputs.map(new Softmax()::apply);
  }
}
