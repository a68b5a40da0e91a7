package dev.backplane.op;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Combines the elements under a moving window. Padding and dilation put in the combiner's identity.
 *
 * <ul>
 *   <li>C1: one window for each axis.
 *   <li>C2: the combiner is defined on the dtype.
 * </ul>
 *
 * @param combiner the function
 * @param windows one per axis
 */
public record ReduceWindow(Combiner combiner, List<Window> windows) implements Primitive {
  /** Copies the windows. */
  public ReduceWindow {
    windows = List.copyOf(windows);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.that(
        combiner.accepts(x.dtype()),
        "ReduceWindow C2",
        () -> combiner + " is not defined on " + x.dtype());
    return List.of(x.withShape(positions("ReduceWindow C1", windows, x)));
  }

  static Shape positions(String constraint, List<Window> windows, TensorType x) {
    Check.equal(constraint, "number of windows for " + x, x.shape().rank(), windows.size());
    var dimensions = new ArrayList<Integer>();
    for (int i = 0; i < windows.size(); i++) {
      dimensions.add(windows.get(i).positions(x.shape().dimension(i)));
    }
    return new Shape(dimensions);
  }
}
