package dev.backplane.runtime.device;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Execution;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/** A buffer behind its lease's gate. */
record LeasedBuffer(Buffer buffer, Gate gate) implements Buffer {
  @Override
  public TensorType type() {
    return buffer.type();
  }

  @Override
  public Execution write(MemorySegment host) {
    return gate.pass(() -> new LeasedExecution(buffer.write(host), gate));
  }

  @Override
  public Execution read(MemorySegment host) {
    return gate.pass(() -> new LeasedExecution(buffer.read(host), gate));
  }

  /** Closing the device has freed it where the gate is shut. */
  @Override
  public void close() {
    if (gate.tryEnter()) {
      try {
        buffer.close();
      } finally {
        gate.exit();
      }
    }
  }
}
