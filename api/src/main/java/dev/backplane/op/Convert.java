package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Elementwise conversion of the value. Float to float rounds once, ties to even; float to integer
 * truncates and saturates, NaN gives 0; integer to integer wraps; to bool is x ≠ 0 (NaN is true);
 * from bool gives 0 or 1.
 *
 * @param dtype the dtype of the result
 */
public record Convert(DType dtype) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    return List.of(operands.getFirst().withDType(dtype));
  }
}
