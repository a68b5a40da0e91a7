package dev.backplane.op;

import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * A value known at trace time. No operands.
 *
 * @param value the value
 */
public record Constant(Literal value) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 0);
    return List.of(value.type());
  }
}
