package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Concatenates the operands of all replicas, in their order, along an axis; each gets the result.
 *
 * <ul>
 *   <li>C1: the axis is in range.
 *   <li>C2: replicas ≥ 1; it is the size of the group the program runs on.
 *   <li>C3: the axis grows to at most 2^31-1.
 * </ul>
 *
 * @param axis the axis that grows
 * @param replicas the number of replicas
 */
public record AllGather(int axis, int replicas) implements Primitive {
  /** Checks C2. */
  public AllGather {
    Check.that(replicas >= 1, "AllGather C2", () -> replicas + " replicas");
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.axes("AllGather C1", List.of(axis), x.shape().rank());
    long whole = (long) x.shape().dimension(axis) * replicas;
    int dimension = Check.dimension(whole, "AllGather C3", () -> "axis " + axis + " of " + x);
    return List.of(x.withShape(x.shape().with(axis, dimension)));
  }
}
