package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Elementwise choice: operands (condition, x, y); x where the condition holds, else y.
 *
 * <ul>
 *   <li>C1: x and y have the same type, which is the result's.
 *   <li>C2: the condition is bool of their shape.
 * </ul>
 */
public record Select() implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 3);
    var x = operands.get(1);
    Check.equal("Select C1", "alternatives differ in type", x, operands.get(2));
    Check.equal("Select C2", "condition", x.withDType(DType.BOOL), operands.getFirst());
    return List.of(x);
  }
}
