package dev.backplane.op;

import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * An operation of a graph, as plain data: a {@link Primitive} of the closed set, or a {@link
 * Composite} that carries its own decomposition into primitives.
 */
public sealed interface Op permits Primitive, Composite {
  /**
   * The types of the results for operands of the given types.
   *
   * @throws ShapeException if the operands do not fit; the message names the constraint
   */
  List<TensorType> infer(List<TensorType> operands);

  /** The name as it stands in texts and messages, such as {@code Dot} or {@code acme.swish}. */
  String name();
}
