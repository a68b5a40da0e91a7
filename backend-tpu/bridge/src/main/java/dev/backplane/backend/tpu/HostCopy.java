package dev.backplane.backend.tpu;

import dev.backplane.backend.tpu.pjrt.Download;
import dev.backplane.backend.tpu.pjrt.Upload;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Copies between the host and a device. The plugin reads and writes memory off the heap only. */
final class HostCopy {
  private HostCopy() {}

  /** The host's memory itself, or what stands in for it where it is on the heap. */
  private static MemorySegment offHeap(MemorySegment host, Arena arena) {
    return host.isNative() ? host : arena.allocate(host.byteSize(), 64);
  }

  /** The plugin would read memory that was freed, and bring the process down. */
  private static void requireAlive(MemorySegment host) {
    if (!host.scope().isAlive()) {
      throw new IllegalStateException("the host memory of a copy has been freed");
    }
  }

  /** From the host to a buffer. */
  static final class In implements TpuExecution.Work {
    private final TpuBuffer buffer;
    private final MemorySegment host;
    private final MemorySegment copied;
    private final Upload upload;

    In(TpuBuffer buffer, MemorySegment host, Arena arena) {
      this.buffer = buffer;
      this.host = host;
      copied = offHeap(host, arena);
      upload = new Upload(buffer.device().client(), arena, buffer.type());
    }

    @Override
    public void check() {
      buffer.requireOpen();
      requireAlive(host);
    }

    @Override
    public void submit(long[] events) {
      if (!host.isNative()) {
        copied.copyFrom(host);
      }
      // First what was there: so there is never room for two values.
      buffer.release();
      buffer.put(upload.start(buffer.device().replica(buffer.replica()), copied));
    }

    @Override
    public void ended(boolean well) {
      if (!well) {
        buffer.lose();
      }
    }
  }

  /** From a buffer to the host. */
  static final class Out implements TpuExecution.Work {
    private final TpuBuffer buffer;
    private final MemorySegment host;
    private final MemorySegment copied;
    private final Download download;

    Out(TpuBuffer buffer, MemorySegment host, Arena arena) {
      this.buffer = buffer;
      this.host = host;
      copied = offHeap(host, arena);
      download = new Download(buffer.device().client(), arena, buffer.type());
    }

    @Override
    public void check() {
      buffer.requireHeld();
      requireAlive(host);
    }

    @Override
    public void submit(long[] events) {
      if (buffer.isUnwritten()) {
        copied.fill((byte) 0);
      } else if (host.byteSize() > 0) {
        events[0] = download.start(buffer.handle(), copied);
      }
    }

    @Override
    public void ended(boolean well) {
      if (well && !host.isNative()) {
        host.copyFrom(copied);
      }
    }
  }
}
