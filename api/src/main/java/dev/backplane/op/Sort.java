package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Sorts one or more operands together along an axis, stably. The first {@code keys} operands are
 * compared, one after the other; the rest follow. Order of floats: -0 and +0 are equal, NaNs are
 * equal and above everything else. Descending reverses the comparison, not the order of equals.
 *
 * <ul>
 *   <li>C1: all operands have one shape, and the axis is in it.
 *   <li>C2: 1 ≤ keys ≤ number of operands.
 * </ul>
 *
 * @param axis the axis sorted along
 * @param keys how many of the operands are compared
 * @param descending largest first
 */
public record Sort(int axis, int keys, boolean descending) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.atLeast(name(), operands, 1);
    var first = operands.getFirst();
    Check.axes("Sort C1", List.of(axis), first.shape().rank());
    for (var operand : operands) {
      Check.equal("Sort C1", "shape", first.shape(), operand.shape());
    }
    Check.that(
        keys >= 1 && keys <= operands.size(),
        "Sort C2",
        () -> keys + " keys of " + operands.size() + " operands");
    return List.copyOf(operands);
  }
}
