package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Reverses the order of elements along some axes.
 *
 * <ul>
 *   <li>C1: the axes are distinct and within the operand's shape.
 * </ul>
 *
 * @param axes the axes reversed
 */
public record Reverse(List<Integer> axes) implements Primitive {
  /** Copies the axes. */
  public Reverse {
    axes = List.copyOf(axes);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    Check.axes("Reverse C1", axes, operands.getFirst().shape().rank());
    return operands;
  }
}
