package dev.backplane.op;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * The same elements in row-major order under another shape.
 *
 * <ul>
 *   <li>C1: both shapes have the same number of elements.
 * </ul>
 *
 * @param shape the shape of the result
 */
public record Reshape(Shape shape) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.that(
        x.shape().size() == shape.size(),
        "Reshape C1",
        () ->
            x.shape()
                + " has "
                + x.shape().size()
                + " elements, "
                + shape
                + " has "
                + shape.size());
    return List.of(x.withShape(shape));
  }
}
