package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Combines the operands of all replicas and gives each its part along an axis.
 *
 * <ul>
 *   <li>C1: the axis is in range and its dimension a multiple of replicas.
 *   <li>C2: replicas ≥ 1; it is the size of the group the program runs on.
 *   <li>C3: the combiner is defined on the dtype.
 * </ul>
 *
 * @param combiner the function
 * @param axis the axis that is split
 * @param replicas the number of replicas
 */
public record ReduceScatter(Combiner combiner, int axis, int replicas) implements Primitive {
  /** Checks C2. */
  public ReduceScatter {
    Check.that(replicas >= 1, "ReduceScatter C2", () -> replicas + " replicas");
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.axes("ReduceScatter C1", List.of(axis), x.shape().rank());
    int dimension = x.shape().dimension(axis);
    Check.that(
        dimension % replicas == 0,
        "ReduceScatter C1",
        () -> "axis " + axis + " of " + x + " does not split into " + replicas);
    Check.that(
        combiner.accepts(x.dtype()),
        "ReduceScatter C3",
        () -> combiner + " is not defined on " + x.dtype());
    return List.of(x.withShape(x.shape().with(axis, dimension / replicas)));
  }
}
