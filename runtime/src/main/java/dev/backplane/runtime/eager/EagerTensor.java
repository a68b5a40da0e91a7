package dev.backplane.runtime.eager;

import dev.backplane.backend.Buffer;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;

/** A value in a buffer of its scope's device. */
final class EagerTensor implements Tensor {
  private final EagerScope scope;
  private final TensorType type;
  private final Buffer buffer;
  private boolean closed;

  EagerTensor(EagerScope scope, Buffer buffer) {
    this.scope = scope;
    this.type = buffer.type();
    this.buffer = buffer;
  }

  @Override
  public TensorType type() {
    return type;
  }

  @Override
  public Scope scope() {
    return scope;
  }

  /** The buffer, while it holds the value. */
  Buffer buffer() {
    if (closed) {
      throw new IllegalStateException(
          "the tensor of " + type + " is closed: it, or its scope, was closed before this use");
    }
    return buffer;
  }

  @Override
  public Literal read() {
    return scope.read(this);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      scope.forget(this);
      buffer.close();
    }
  }

  @Override
  public String toString() {
    return type + " of " + scope;
  }
}
