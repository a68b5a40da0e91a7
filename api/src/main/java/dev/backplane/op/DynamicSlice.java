package dev.backplane.op;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * A slice of static sizes at computed starts: operands (x, one integer scalar per axis). Starts are
 * clamped so that the slice lies within x.
 *
 * <ul>
 *   <li>C1: one size for each axis, 0 ≤ size ≤ dimension.
 *   <li>C2: the starts are integer scalars of one dtype, one for each axis.
 * </ul>
 *
 * @param sizes the dimensions of the result
 */
public record DynamicSlice(List<Integer> sizes) implements Primitive {
  /** Copies the sizes. */
  public DynamicSlice {
    sizes = List.copyOf(sizes);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1 + sizes.size());
    var x = operands.getFirst();
    Check.equal("DynamicSlice C1", "number of sizes for " + x, x.shape().rank(), sizes.size());
    for (int i = 0; i < sizes.size(); i++) {
      int axis = i;
      Check.that(
          sizes.get(i) >= 0 && sizes.get(i) <= x.shape().dimension(i),
          "DynamicSlice C1",
          () -> "size " + sizes.get(axis) + " is not within axis " + axis + " of " + x);
      Check.scalarInteger("DynamicSlice C2", operands.get(1 + i));
      Check.equal("DynamicSlice C2", "dtype of the starts", operands.get(1), operands.get(1 + i));
    }
    return List.of(x.withShape(new Shape(sizes)));
  }
}
