package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Puts operands one behind the other along an axis. One or more operands.
 *
 * <ul>
 *   <li>C1: the axis is within the operands' shape.
 *   <li>C2: the operands differ in nothing but that dimension.
 *   <li>C3: the axis grows to at most 2^31-1.
 * </ul>
 *
 * @param axis the axis that grows
 */
public record Concatenate(int axis) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.atLeast(name(), operands, 1);
    var first = operands.getFirst();
    Check.axes("Concatenate C1", List.of(axis), first.shape().rank());
    long sum = 0;
    for (var operand : operands) {
      Check.that(
          operand.dtype() == first.dtype()
              && operand.shape().rank() == first.shape().rank()
              && operand.shape().with(axis, 0).equals(first.shape().with(axis, 0)),
          "Concatenate C2",
          () -> first + " and " + operand + " differ in more than axis " + axis);
      sum += operand.shape().dimension(axis);
    }
    int whole = Check.dimension(sum, "Concatenate C3", () -> "axis " + axis);
    return List.of(first.withShape(first.shape().with(axis, whole)));
  }
}
