package dev.backplane.runtime.device;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Execution;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/** A buffer behind its lease's gate. */
record LeasedBuffer(TensorType type, Leased<Buffer> buffer, Lease lease) implements Buffer {
  @Override
  public Execution write(MemorySegment host) {
    return lease.pass(() -> lease.execution(buffer.get().write(host)));
  }

  @Override
  public Execution read(MemorySegment host) {
    return lease.pass(() -> lease.execution(buffer.get().read(host)));
  }

  /** Closing the device has freed it where the gate is shut. */
  @Override
  public void close() {
    lease.close(buffer);
  }
}
