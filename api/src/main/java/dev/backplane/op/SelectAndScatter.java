package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * The gradient of max- and min-pooling: operands (x, source). Under each position of the window the
 * largest (or smallest) element of x is chosen, the first of equals, the first NaN where there is
 * one; the source's element of that position is added there. Elsewhere 0. Padding is never chosen;
 * a window with nothing but padding adds nothing.
 *
 * <ul>
 *   <li>C1: one window for each axis, without dilation.
 *   <li>C2: the source has x's dtype, numeric, and the shape of the positions.
 * </ul>
 *
 * @param select which element is chosen
 * @param windows one per axis
 */
public record SelectAndScatter(ArgReduce.Kind select, List<Window> windows) implements Primitive {
  /** Copies the windows. */
  public SelectAndScatter {
    windows = List.copyOf(windows);
    for (var window : windows) {
      Check.that(
          window.baseDilation() == 1 && window.windowDilation() == 1,
          "SelectAndScatter C1",
          () -> "dilated window " + window);
    }
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 2);
    var x = operands.getFirst();
    Check.that(x.dtype().isNumeric(), "SelectAndScatter C2", () -> "not defined on " + x.dtype());
    var positions = ReduceWindow.positions("SelectAndScatter C1", windows, x);
    Check.equal("SelectAndScatter C2", "source", x.withShape(positions), operands.get(1));
    return List.of(x);
  }
}
