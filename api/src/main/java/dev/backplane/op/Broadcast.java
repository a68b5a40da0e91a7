package dev.backplane.op;

import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Repeats an operand: its axis i becomes axis {@code axes[i]} of the result; dimensions of 1 and
 * new axes are repeated. (StableHLO broadcast_in_dim.)
 *
 * <ul>
 *   <li>C1: one axis for each dimension of the operand, strictly increasing and within the shape.
 *   <li>C2: each operand dimension is 1 or that of its axis.
 * </ul>
 *
 * @param shape the shape of the result
 * @param axes the axes of the result that the operand's axes become
 */
public record Broadcast(Shape shape, List<Integer> axes) implements Primitive {
  /** Copies the axes. */
  public Broadcast {
    axes = List.copyOf(axes);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.equal("Broadcast C1", "number of axes", x.shape().rank(), axes.size());
    Check.axes("Broadcast C1", axes, shape.rank());
    for (int i = 0; i < axes.size(); i++) {
      int from = x.shape().dimension(i);
      int to = shape.dimension(axes.get(i));
      int axis = i;
      Check.that(
          axis == 0 || axes.get(axis - 1) < axes.get(axis),
          "Broadcast C1",
          () -> axes + " do not increase");
      Check.that(
          from == 1 || from == to,
          "Broadcast C2",
          () -> "dimension " + axis + " of " + x + " is neither 1 nor " + to + " of " + shape);
    }
    return List.of(x.withShape(shape));
  }
}
