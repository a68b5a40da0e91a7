package dev.backplane.layers.core.metric;

import dev.backplane.nn.Batch;
import dev.backplane.op.Compare;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * Figures that follow from the confusion matrix, which is their state: f32 [classes, classes],
 * exact up to 2^24 examples in a cell. What is divided by nothing is 0, as in scikit-learn.
 */
final class PerClass {
  private PerClass() {}

  static void check(String metric, int classes) {
    if (classes < 2 || classes > 1 << 12) {
      throw new IllegalArgumentException(
          metric + ": expected from 2 to 4096 classes, found " + classes);
    }
  }

  static List<TensorType> state(int classes) {
    return List.of(TensorType.f32(classes, classes));
  }

  static Tensors update(String metric, Tensors state, Tensors outputs, Batch batch) {
    var matrix = state.only();
    int classes = matrix.shape().last();
    var z = outputs.only().shape();
    int given = z.rank() < 2 || z.last() == 1 ? 2 : z.last();
    if (given != classes) {
      throw new ShapeException(
          metric
              + " M2: outputs "
              + outputs.only().type()
              + " have "
              + given
              + " classes, found "
              + classes
              + " in the metric");
    }
    var counts = Decided.of(metric, outputs, batch).counts(classes, batch.weights());
    return Tensors.of(matrix.add(counts));
  }

  /** Right answers of each class, by how often it was said. */
  static Tensor precision(Tensor matrix) {
    return ratio(right(matrix), matrix.sum(0));
  }

  /** Right answers of each class, by how often it was true. */
  static Tensor recall(Tensor matrix) {
    return ratio(right(matrix), matrix.sum(1));
  }

  /** The harmonic mean of precision and recall. */
  static Tensor f1(Tensor matrix) {
    return ratio(right(matrix).mul(2), matrix.sum(0).add(matrix.sum(1)));
  }

  static Tensor right(Tensor matrix) {
    int classes = matrix.shape().last();
    var row = Ops.iota(matrix.scope(), TensorType.f32(classes, classes), 0);
    var column = Ops.iota(matrix.scope(), TensorType.f32(classes, classes), 1);
    var diagonal = row.compare(Compare.Direction.EQ, column);
    return Ops.where(diagonal, matrix, Ops.like(matrix, 0)).sum(1);
  }

  static Tensor ratio(Tensor some, Tensor all) {
    var nothing = all.compare(Compare.Direction.EQ, Ops.like(all, 0));
    return Ops.where(
        nothing, Ops.like(all, 0), some.div(Ops.where(nothing, Ops.like(all, 1), all)));
  }

  static Tensor figure(Average average, Tensor matrix, Tensor perClass) {
    int classes = matrix.shape().last();
    return switch (average) {
      case MACRO -> perClass.mean();
      case WEIGHTED -> ratio(perClass.mul(matrix.sum(1)).sum(), matrix.sum());
      case LAST -> perClass.slice(0, classes - 1, classes).sum();
    };
  }
}
