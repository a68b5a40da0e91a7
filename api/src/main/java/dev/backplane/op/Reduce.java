package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Combines all elements along some axes, which disappear. Floats of low precision accumulate in f32
 * and round once. An empty axis gives the combiner's identity.
 *
 * <ul>
 *   <li>C1: the axes are distinct and in range.
 *   <li>C2: the combiner is defined on the dtype.
 * </ul>
 *
 * @param combiner the function
 * @param axes the axes reduced
 */
public record Reduce(Combiner combiner, List<Integer> axes) implements Primitive {
  /** Copies the axes. */
  public Reduce {
    axes = List.copyOf(axes);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.axes("Reduce C1", axes, x.shape().rank());
    Check.that(
        combiner.accepts(x.dtype()),
        "Reduce C2",
        () -> combiner + " is not defined on " + x.dtype());
    return List.of(x.withShape(x.shape().without(axes)));
  }
}
