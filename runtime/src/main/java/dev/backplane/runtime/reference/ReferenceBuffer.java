package dev.backplane.runtime.reference;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Execution;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A place for a value. It is used under its device's lock, but may be closed without. */
final class ReferenceBuffer implements Buffer {
  private final ReferenceDevice device;
  private final TensorType type;
  private volatile @Nullable Dense value;
  private volatile boolean closed;

  ReferenceBuffer(ReferenceDevice device, Dense zeros) {
    this.device = device;
    this.type = zeros.type();
    this.value = zeros;
  }

  @Override
  public TensorType type() {
    return type;
  }

  boolean isOf(ReferenceDevice other) {
    return device == other;
  }

  Dense get() {
    requireOpen();
    var held = value;
    if (held == null) {
      throw new IllegalStateException(
          "reference: buffer "
              + type
              + " holds nothing: an execution it was donated to has failed; write it first");
    }
    return held;
  }

  void set(Dense newValue) {
    requireOpen();
    value = newValue;
  }

  /** The execution that it was donated to has failed. */
  void lose() {
    value = null;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("reference: buffer " + type + " is closed");
    }
  }

  @Override
  public Execution write(MemorySegment host) {
    return copy("write", host, () -> set(Dense.decode(type, host)));
  }

  @Override
  public Execution read(MemorySegment host) {
    if (host.isReadOnly()) {
      throw new IllegalArgumentException("reference: read: the segment is read-only");
    }
    return copy("read", host, () -> get().encode(host));
  }

  private Execution copy(String what, MemorySegment host, Runnable work) {
    if (host.byteSize() != type.bytes()) {
      throw new IllegalArgumentException(
          "reference: "
              + what
              + ": "
              + type
              + " has "
              + type.bytes()
              + " bytes, the segment "
              + host.byteSize());
    }
    return device.exclusively(
        () -> {
          requireOpen();
          return new ReferenceExecution(device, this::requireOpen, work, () -> {});
        });
  }

  @Override
  public void close() {
    boolean first;
    synchronized (this) {
      first = !closed;
      closed = true;
      value = null;
    }
    if (first) {
      device.freed(type);
    }
  }
}
