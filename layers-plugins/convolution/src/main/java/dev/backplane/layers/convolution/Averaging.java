package dev.backplane.layers.convolution;

import dev.backplane.op.Combiner;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Window;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** The mean under a window: a sum, times one over the number of elements that are no padding. */
final class Averaging {
  private Averaging() {}

  static Tensor of(String layer, Tensor x, List<Window> windows) {
    requireFloating(layer, x);
    var sum = x.apply(new ReduceWindow(Combiner.ADD, windows));
    boolean padded = windows.stream().anyMatch(w -> w.low() > 0 || w.high() > 0);
    if (!padded) {
      int elements = windows.stream().mapToInt(Window::size).reduce(1, Math::multiplyExact);
      return sum.mul(1.0 / elements);
    }
    var result = sum;
    for (int axis = 0; axis < windows.size(); axis++) {
      var window = windows.get(axis);
      if (window.size() > 1) {
        result = result.mul(shares(x, result, axis, window));
      }
    }
    return result;
  }

  /** One over the number of real elements under each position along an axis, shaped to it. */
  private static Tensor shares(Tensor x, Tensor result, int axis, Window window) {
    int n = x.shape().dimension(axis);
    int positions = result.shape().dimension(axis);
    var dimensions = new ArrayList<Integer>();
    for (int i = 0; i < x.shape().rank(); i++) {
      dimensions.add(i == axis ? positions : 1);
    }
    return x.scope()
        .constant(
            Literal.fill(
                new TensorType(x.dtype(), new Shape(dimensions)),
                position -> {
                  long first = (long) position * window.stride() - window.low();
                  long end = Math.min(first + window.size(), n);
                  return 1.0 / (end - Math.max(first, 0));
                }));
  }

  /** Constraint C3 of averages. */
  static void requireFloating(String layer, Tensor x) {
    if (!x.dtype().isFloating()) {
      throw new ShapeException(layer + " C3: expected a floating dtype, found " + x.type());
    }
  }

  /** All axes between batch and channels. */
  static int[] spatialAxes(String layer, Tensor x) {
    if (x.shape().rank() < 3) {
      throw new ShapeException(
          layer + " C1: expected an input [batch, spatial …, channels], found " + x.type());
    }
    var axes = new int[x.shape().rank() - 2];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i + 1;
    }
    return axes;
  }
}
