package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Combines the operand of all replicas; each gets the result. Combined in the order of the
 * replicas.
 *
 * <ul>
 *   <li>C1: the combiner is defined on the dtype.
 * </ul>
 *
 * @param combiner the function
 */
public record AllReduce(Combiner combiner) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.that(
        combiner.accepts(x.dtype()),
        "AllReduce C1",
        () -> combiner + " is not defined on " + x.dtype());
    return List.of(x);
  }
}
