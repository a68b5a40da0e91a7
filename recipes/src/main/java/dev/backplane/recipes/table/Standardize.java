package dev.backplane.recipes.table;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * y = (x − mean) / deviation, feature by feature. x: […, features] → the same. The statistics are
 * those of the training examples and part of the model, so a trained model takes raw values.
 *
 * @param mean of each feature
 * @param deviation of each feature, greater than 0
 */
public record Standardize(List<Double> mean, List<Double> deviation) implements UnaryLayer {
  /** Copies and checks the statistics. */
  public Standardize {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.size() != deviation.size()) {
      throw new IllegalArgumentException(
          "standardize: " + mean.size() + " means, but " + deviation.size() + " deviations");
    }
    for (double value : deviation) {
      if (!(value > 0)) {
        throw new IllegalArgumentException(
            "standardize: expected deviations greater than 0, found " + value);
      }
    }
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    if (x.shape().rank() == 0 || x.shape().last() != mean.size()) {
      throw new ShapeException(
          "Standardize C1: expected [..., %d], found %s, in layer %s"
              .formatted(mean.size(), x.shape(), forward.path()));
    }
    return x.sub(constant(forward, mean)).div(constant(forward, deviation));
  }

  private static Tensor constant(Forward forward, List<Double> values) {
    var floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return forward.scope().constant(Literal.of(Shape.of(floats.length), floats));
  }
}
