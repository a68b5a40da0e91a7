package dev.backplane.op;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds a value around and between elements: operands (x, value). Negative low or high removes
 * elements, after the interior has been put in.
 *
 * <ul>
 *   <li>C1: one low, high and interior for each axis.
 *   <li>C2: the value is a scalar of x's dtype.
 *   <li>C3: interior ≥ 0.
 *   <li>C4: no dimension becomes negative or passes 2^31-1.
 * </ul>
 *
 * @param low how many before the first element, per axis
 * @param high how many behind the last, per axis
 * @param interior how many between neighbours, per axis
 */
public record Pad(List<Integer> low, List<Integer> high, List<Integer> interior)
    implements Primitive {
  /** Copies the lists. */
  public Pad {
    low = List.copyOf(low);
    high = List.copyOf(high);
    interior = List.copyOf(interior);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 2);
    var x = operands.getFirst();
    int rank = x.shape().rank();
    Check.that(
        low.size() == rank && high.size() == rank && interior.size() == rank,
        "Pad C1",
        () -> "expected " + rank + " entries for " + x + ", found " + this);
    Check.equal(
        "Pad C2", "padding value", new TensorType(x.dtype(), Shape.scalar()), operands.get(1));
    var dimensions = new ArrayList<Integer>();
    for (int i = 0; i < rank; i++) {
      int axis = i;
      Check.that(interior.get(i) >= 0, "Pad C3", () -> "interior " + interior + " on axis " + axis);
      int dimension = x.shape().dimension(i);
      long inner = dimension + Math.max(dimension - 1, 0) * (long) interior.get(i);
      long padded = low.get(i) + inner + high.get(i);
      dimensions.add(Check.dimension(padded, "Pad C4", () -> "axis " + axis + " of " + x));
    }
    return List.of(x.withShape(new Shape(dimensions)));
  }
}
