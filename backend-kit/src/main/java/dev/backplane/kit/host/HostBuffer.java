package dev.backplane.kit.host;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.Execution;
import dev.backplane.kit.check.Bindings;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/** A value on the heap. */
final class HostBuffer implements Buffer {
  private final HostDevice device;
  private final TensorType type;
  private final MemorySegment memory;
  private volatile boolean closed;

  /** Whether a failed execution had it as a donation; then it holds nothing until it is written. */
  private volatile boolean lost;

  HostBuffer(HostDevice device, TensorType type, MemorySegment memory) {
    this.device = device;
    this.type = type;
    this.memory = memory;
  }

  HostDevice device() {
    return device;
  }

  MemorySegment memory() {
    return memory;
  }

  @Override
  public TensorType type() {
    return type;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          device.info().id() + ": the buffer of " + type + " is closed");
    }
  }

  void requireHeld() {
    requireOpen();
    if (lost) {
      throw new DeviceLostException(
          device.info().id()
              + ": the buffer of "
              + type
              + " was donated to an execution that failed: its value is lost; write it anew");
    }
  }

  void lost(boolean lost) {
    this.lost = lost;
  }

  @Override
  public Execution write(MemorySegment host) {
    requireOpen();
    Bindings.checkHost(type, host, false);
    return new HostExecution(
        device,
        this::requireOpen,
        () -> {
          memory.copyFrom(host);
          lost = false;
        });
  }

  @Override
  public Execution read(MemorySegment host) {
    requireOpen();
    Bindings.checkHost(type, host, true);
    return new HostExecution(device, this::requireHeld, () -> host.copyFrom(memory));
  }

  @Override
  public void close() {
    device.order().lock();
    try {
      if (!closed) {
        closed = true;
        device.freed(memory.byteSize());
      }
    } finally {
      device.order().unlock();
    }
  }
}
