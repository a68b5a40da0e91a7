package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * The index along one axis: 0, 1, 2 … No operands. Integers wrap, floats round.
 *
 * <ul>
 *   <li>C1: the axis is in the type's shape.
 *   <li>C2: the dtype is numeric.
 * </ul>
 *
 * @param type the type of the result
 * @param axis the axis along which it counts
 */
public record Iota(TensorType type, int axis) implements Primitive {
  /** Checks C1 and C2. */
  public Iota {
    Check.axes("Iota C1", List.of(axis), type.shape().rank());
    Check.that(type.dtype() != DType.BOOL, "Iota C2", () -> "not defined on bool");
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 0);
    return List.of(type);
  }
}
