package dev.backplane.layers.core.loss;

import dev.backplane.nn.Batch;
import dev.backplane.nn.BoundedLoss;
import dev.backplane.nn.Loss;
import dev.backplane.nn.ValueBounds;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Another loss, an example's value times the weight of its class. The mean stays that over the
 * examples, as in Keras; PyTorch's divides by the sum of the weights instead. Targets: labels
 * [batch] or [batch, 1], or one-hot [batch, classes].
 *
 * <ul>
 *   <li>L1: the targets are such.
 *   <li>L2: there are as many weights as the outputs have classes, two for one logit.
 * </ul>
 *
 * @param loss the other loss
 * @param weights of each class, 0 or more
 */
public record ClassWeighted(Loss loss, List<Double> weights) implements BoundedLoss {
  /** Copies and checks the weights. */
  public ClassWeighted {
    weights = List.copyOf(weights);
    for (double weight : weights) {
      if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "class weights: expected finite numbers of 0 or more, found " + weights);
      }
    }
    if (weights.size() < 2) {
      throw new IllegalArgumentException(
          "class weights: expected one for each of two classes or more, found " + weights);
    }
  }

  /**
   * The weights by which all classes count alike: examples / (classes · examples of the class), as
   * scikit-learn's "balanced".
   *
   * @param counts how many examples each class has, 1 or more
   */
  public static List<Double> balanced(int... counts) {
    double all = 0;
    for (int count : counts) {
      if (count < 1) {
        throw new IllegalArgumentException(
            "class weights: expected an example or more of each class, found "
                + java.util.Arrays.toString(counts));
      }
      all += count;
    }
    var weights = new ArrayList<Double>();
    for (int count : counts) {
      weights.add(all / (counts.length * (double) count));
    }
    return weights;
  }

  @Override
  public Tensor apply(Tensors outputs, Batch batch) {
    var z = outputs.get(0).shape();
    int classes = z.rank() < 2 || z.last() == 1 ? 2 : z.last();
    if (classes != weights.size()) {
      throw new ShapeException(
          "ClassWeighted L2: outputs "
              + outputs.get(0).type()
              + " have "
              + classes
              + " classes, found "
              + weights.size()
              + " weights");
    }
    var values = loss.apply(outputs, batch);
    return values.mul(weightOf(batch.targets().only()).cast(values.dtype()));
  }

  private Tensor weightOf(Tensor target) {
    var shape = target.shape();
    var floats = new float[weights.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = weights.get(i).floatValue();
    }
    var table = target.scope().constant(Literal.of(Shape.of(floats.length, 1), floats));
    if (shape.rank() == 2 && shape.last() == floats.length) {
      return target.cast(DType.F32).matmul(table).reshape(-1);
    }
    if (shape.rank() > 0 && shape.size() == shape.dimension(0)) {
      var labels = target.reshape(-1).cast(DType.I32);
      return Ops.oneHot(labels, floats.length, DType.F32).matmul(table).reshape(-1);
    }
    throw new ShapeException(
        "ClassWeighted L1: expected one label for each example, or one-hot targets of "
            + floats.length
            + " classes, found "
            + target.type());
  }

  @Override
  public Optional<ValueBounds> bounds(List<TensorType> outputs) {
    return loss instanceof BoundedLoss bounded ? bounded.bounds(outputs) : Optional.empty();
  }

  @Override
  public Tensors predictions(Tensors outputs) {
    return loss.predictions(outputs);
  }
}
