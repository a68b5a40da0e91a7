package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * The same bits read as another dtype of the same width.
 *
 * <ul>
 *   <li>C1: both dtypes have the same number of bytes, and neither is bool.
 * </ul>
 *
 * @param dtype the dtype of the result
 */
public record BitcastConvert(DType dtype) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.that(
        x.dtype().bytes() == dtype.bytes() && x.dtype() != DType.BOOL && dtype != DType.BOOL,
        "BitcastConvert C1",
        () ->
            "expected two dtypes of one width, neither bool; found " + x.dtype() + " and " + dtype);
    return List.of(x.withDType(dtype));
  }
}
