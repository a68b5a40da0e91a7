package dev.backplane.op;

import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * A call of something only one backend knows. A backend that does not know the target answers that
 * it does not support the op; there is no decomposition and no gradient. Prefer a {@link
 * Composite}.
 *
 * @param target the name of what is called
 * @param attributes plain data for it
 * @param results the types of the results
 */
public record CustomCall(String target, Attributes attributes, List<TensorType> results)
    implements Primitive {
  /** Copies the result types. */
  public CustomCall {
    results = List.copyOf(results);
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    return results;
  }
}
