package dev.backplane.runtime.trace;

import dev.backplane.graph.Value;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;

/** A value of a graph that is being recorded. It has a type and no contents. */
final class TracedTensor implements Tensor {
  private final Trace trace;
  private final Value value;

  TracedTensor(Trace trace, Value value) {
    this.trace = trace;
    this.value = value;
  }

  Trace trace() {
    return trace;
  }

  Value value() {
    return value;
  }

  @Override
  public TensorType type() {
    return value.type();
  }

  @Override
  public Scope scope() {
    return trace;
  }

  @Override
  public Literal read() {
    throw new IllegalStateException(
        "read: "
            + value
            + " is traced: it belongs to "
            + trace
            + " and gets a value only when the finished program runs;"
            + " give it back as a result of the traced function and read that");
  }

  @Override
  public void close() {
    // A traced value occupies nothing.
  }

  @Override
  public String toString() {
    return value + " of " + trace;
  }
}
