package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Elementwise min(max(x, low), high): operands (low, x, high), of one type; NaN if any is NaN.
 *
 * <ul>
 *   <li>C1: all three have the same type.
 *   <li>C2: it is numeric.
 * </ul>
 */
public record Clamp() implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 3);
    var x = operands.get(1);
    Check.equal("Clamp C1", "low", x, operands.getFirst());
    Check.equal("Clamp C1", "high", x, operands.get(2));
    Check.that(x.dtype().isNumeric(), "Clamp C2", () -> "not defined on " + x.dtype());
    return List.of(x);
  }
}
