package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * The index of the largest or smallest element along an axis, which disappears. The first of
 * equals; the first NaN where there is one.
 *
 * <ul>
 *   <li>C1: the axis is in range and its dimension is not 0.
 *   <li>C2: the index dtype is i32 or i64.
 * </ul>
 *
 * @param kind largest or smallest
 * @param axis the axis reduced
 * @param index the dtype of the result
 */
public record ArgReduce(Kind kind, int axis, DType index) implements Primitive {
  /** Which element is sought. */
  public enum Kind {
    /** The largest. */
    MAXIMUM,
    /** The smallest. */
    MINIMUM
  }

  /** Checks C2. */
  public ArgReduce {
    Check.that(
        index == DType.I32 || index == DType.I64,
        "ArgReduce C2",
        () -> "index dtype " + index + " is neither i32 nor i64");
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.axes("ArgReduce C1", List.of(axis), x.shape().rank());
    Check.that(
        x.shape().dimension(axis) > 0,
        "ArgReduce C1",
        () -> "axis " + axis + " of " + x + " is empty");
    return List.of(new TensorType(index, x.shape().without(List.of(axis))));
  }
}
