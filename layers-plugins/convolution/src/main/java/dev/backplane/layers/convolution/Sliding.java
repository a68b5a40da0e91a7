package dev.backplane.layers.convolution;

import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A window that moves over the spatial axes of [batch, spatial …, channels].
 *
 * @param layer who it is for, as messages name it
 * @param size elements per spatial axis
 * @param stride the step per spatial axis
 * @param dilation the distance of the window's elements per spatial axis
 * @param padding what is put around the input
 */
record Sliding(String layer, Shape size, Shape stride, Shape dilation, Padding padding) {
  private static final List<List<String>> AXES =
      List.of(List.of(), List.of("length"), List.of("height", "width"));

  /** No distance: 1 for each of so many spatial axes. */
  static Shape ones(int spatial) {
    return spatial == 1 ? Shape.of(1) : Shape.of(1, 1);
  }

  /**
   * The same number for each of so many spatial axes.
   *
   * @throws IllegalArgumentException if it is less than 1, naming layer and component
   */
  static Shape all(String layer, String component, int spatial, int number) {
    int checked = Correlation.atLeastOne(layer, component, number);
    return spatial == 1 ? Shape.of(checked) : Shape.of(checked, checked);
  }

  /**
   * One number per spatial axis, each at least 1.
   *
   * @throws IllegalArgumentException naming layer and component
   */
  static void check(String layer, String component, Shape numbers, int spatial) {
    if (numbers.rank() != spatial || numbers.dimensions().stream().anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          layer
              + " "
              + component
              + ": expected "
              + AXES.get(spatial)
              + ", each 1 or more, found "
              + numbers);
    }
  }

  /**
   * Constraint C1 of all these layers: the input is [batch, spatial …, channels].
   *
   * @throws ShapeException if it is not
   */
  static void requireInput(String layer, Tensor x, int spatial) {
    if (x.shape().rank() != spatial + 2) {
      throw new ShapeException(
          layer
              + " C1: expected an input [batch, "
              + String.join(", ", AXES.get(spatial))
              + ", channels], found "
              + x.type());
    }
  }

  /**
   * The windows on the spatial axes of an input.
   *
   * @throws ShapeException C2 if the window does not fit into it once
   */
  List<Window> on(Tensor x) {
    int spatial = size.rank();
    requireInput(layer, x, spatial);
    var windows = new ArrayList<Window>();
    for (int i = 0; i < spatial; i++) {
      int n = x.shape().dimension(i + 1);
      var window = padding.window(n, size.dimension(i), stride.dimension(i), dilation.dimension(i));
      if (window.positions(n) == 0) {
        throw new ShapeException(
            "%s C2: a window of %d does not fit into %s %d of %s with padding %s"
                .formatted(layer, window.extent(), AXES.get(spatial).get(i), n, x.type(), padding));
      }
      windows.add(window);
    }
    return windows;
  }

  /** One window per axis: batch and channels are left alone. */
  List<Window> onAll(Tensor x) {
    var windows = new ArrayList<Window>();
    windows.add(Window.one());
    windows.addAll(on(x));
    windows.add(Window.one());
    return windows;
  }
}
