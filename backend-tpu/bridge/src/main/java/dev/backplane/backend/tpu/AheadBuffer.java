package dev.backplane.backend.tpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Execution;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.kit.check.Bindings;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/** The type of a value that nobody computes. */
final class AheadBuffer implements Buffer {
  private final AheadDevice device;
  private final TensorType type;
  private volatile boolean closed;

  AheadBuffer(AheadDevice device, TensorType type) {
    this.device = device;
    this.type = type;
  }

  AheadDevice device() {
    return device;
  }

  @Override
  public TensorType type() {
    return type;
  }

  void requireOpen() {
    device.requireOpen();
    if (closed) {
      throw new IllegalStateException("the buffer of " + type + " is closed");
    }
  }

  @Override
  public Execution write(MemorySegment host) {
    requireOpen();
    Bindings.checkHost(type, host, false);
    return new AheadExecution(this::requireOpen);
  }

  @Override
  public Execution read(MemorySegment host) {
    requireOpen();
    Bindings.checkHost(type, host, true);
    return new AheadExecution(this::refuse);
  }

  private void refuse() {
    requireOpen();
    throw new UnsupportedProgramException(
        device.info().id()
            + ": programs are compiled for it and none is run, since it is not here: there is no"
            + " value of "
            + type
            + " to read");
  }

  @Override
  public void close() {
    closed = true;
  }
}
