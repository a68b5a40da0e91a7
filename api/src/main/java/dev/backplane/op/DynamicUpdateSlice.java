package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * x with a part replaced: operands (x, update, one integer scalar per axis). Starts are clamped so
 * that the update lies within x.
 *
 * <ul>
 *   <li>C1: the update has x's dtype and rank, and no dimension above x's.
 *   <li>C2: the starts are integer scalars of one dtype, one for each axis.
 * </ul>
 */
public record DynamicUpdateSlice() implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.atLeast(name(), operands, 2);
    var x = operands.getFirst();
    var update = operands.get(1);
    int rank = x.shape().rank();
    Check.count(name(), operands, 2 + rank);
    Check.that(
        update.dtype() == x.dtype() && update.shape().rank() == rank,
        "DynamicUpdateSlice C1",
        () -> "expected an update of dtype and rank of " + x + ", found " + update);
    for (int i = 0; i < rank; i++) {
      Check.that(
          update.shape().dimension(i) <= x.shape().dimension(i),
          "DynamicUpdateSlice C1",
          () -> "update " + update + " does not fit into " + x);
      Check.scalarInteger("DynamicUpdateSlice C2", operands.get(2 + i));
      Check.equal(
          "DynamicUpdateSlice C2", "dtype of the starts", operands.get(2), operands.get(2 + i));
    }
    return List.of(x);
  }
}
