package dev.backplane.op;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Reorders axes: axis i of the result is axis {@code permutation[i]} of the operand.
 *
 * <ul>
 *   <li>C1: a permutation of the operand's axes.
 * </ul>
 *
 * @param permutation the operand's axis for each axis of the result
 */
public record Transpose(List<Integer> permutation) implements Primitive {
  /** Copies the permutation. */
  public Transpose {
    permutation = List.copyOf(permutation);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.equal("Transpose C1", "length of the permutation", x.shape().rank(), permutation.size());
    Check.axes("Transpose C1", permutation, x.shape().rank());
    return List.of(x.withShape(new Shape(permutation.stream().map(x.shape()::dimension).toList())));
  }
}
