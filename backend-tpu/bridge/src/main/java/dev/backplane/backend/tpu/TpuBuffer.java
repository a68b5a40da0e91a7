package dev.backplane.backend.tpu;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.Execution;
import dev.backplane.backend.tpu.pjrt.Upload;
import dev.backplane.kit.check.Bindings;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A value on a device. A plugin's buffers are written once, when they are made: this holds the one
 * that was written last, and gives it up for the next. What it does is done under the device's
 * lock.
 */
final class TpuBuffer implements Buffer {
  private final TpuDevice device;
  private final TensorType type;
  private final int replica;

  /** The plugin's buffer; 0 where nothing has been written: then the value is zero. */
  private long handle;

  private boolean lost;
  private boolean closed;

  TpuBuffer(TpuDevice device, TensorType type, int replica) {
    this.device = device;
    this.type = type;
    this.replica = replica;
  }

  TpuDevice device() {
    return device;
  }

  int replica() {
    return replica;
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
              + " was donated to, or written by, an execution that failed: its value is lost; write"
              + " it anew");
    }
  }

  /** The plugin's buffer, made of zeros where there is none. */
  long handle() {
    if (handle == 0) {
      try (var arena = Arena.ofConfined()) {
        var zeros = arena.allocate(type.bytes(), 64);
        handle = new Upload(device.client(), arena, type).start(device.replica(replica), zeros);
      }
    }
    return handle;
  }

  /** Takes a new value. */
  void put(long newHandle) {
    release();
    handle = newHandle;
    lost = false;
  }

  /** Gives up the value; the memory is free once work that uses it has ended. */
  void release() {
    if (handle != 0) {
      long old = handle;
      handle = 0;
      device.destroy(old);
    }
  }

  /** Its value is gone with work that failed. */
  void lose() {
    release();
    lost = true;
  }

  /** Whether its value is zero, without a plugin's buffer for it. */
  boolean isUnwritten() {
    return handle == 0;
  }

  @Override
  public Execution write(MemorySegment host) {
    requireOpen();
    Bindings.checkHost(type, host, false);
    return TpuExecution.of(device, 0, arena -> new HostCopy.In(this, host, arena), closed -> {});
  }

  @Override
  public Execution read(MemorySegment host) {
    requireOpen();
    Bindings.checkHost(type, host, true);
    return TpuExecution.of(device, 1, arena -> new HostCopy.Out(this, host, arena), closed -> {});
  }

  @Override
  public void close() {
    device.lock.lock();
    try {
      if (!closed) {
        closed = true;
        release();
        device.freed(this);
      }
    } finally {
      device.lock.unlock();
    }
  }
}
