package dev.backplane.backend.cpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.Execution;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.kit.check.Bindings;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/** A value in native memory. */
final class CpuBuffer implements Buffer {
  private final CpuDevice device;
  private final MemoryBlock block;
  private final TensorType type;
  private final long address;
  private volatile boolean closed;

  /** Whether a failed execution had it as a donation; then it holds nothing until it is written. */
  volatile boolean lost;

  CpuBuffer(CpuDevice device, MemoryBlock block, TensorType type, long address) {
    this.device = device;
    this.block = block;
    this.type = type;
    this.address = address;
  }

  CpuDevice device() {
    return device;
  }

  long address() {
    return address;
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

  void requireHeld() {
    requireOpen();
    if (lost) {
      throw new DeviceLostException(
          "the buffer of "
              + type
              + " was donated to an execution that failed: its value is lost; write it anew");
    }
  }

  @Override
  public Execution write(MemorySegment host) {
    requireOpen();
    Bindings.checkHost(type, host, false);
    return new CpuExecution(device, () -> copyIn(host), this::requireOpen, execution -> {});
  }

  private void copyIn(MemorySegment host) {
    MemorySegment.copy(host, 0, Libc.ALL, address, host.byteSize());
    lost = false;
  }

  @Override
  public Execution read(MemorySegment host) {
    requireOpen();
    Bindings.checkHost(type, host, true);
    return new CpuExecution(device, () -> copyOut(host), this::requireHeld, execution -> {});
  }

  private void copyOut(MemorySegment host) {
    MemorySegment.copy(Libc.ALL, address, host, 0, host.byteSize());
  }

  @Override
  public void close() {
    device.lock.lock();
    try {
      if (!closed) {
        closed = true;
        block.release();
      }
    } finally {
      device.lock.unlock();
    }
  }
}
