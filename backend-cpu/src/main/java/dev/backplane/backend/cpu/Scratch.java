package dev.backplane.backend.cpu;

import java.util.ArrayList;
import java.util.List;

/**
 * The scratch memory of a session: as large as its largest program needs. A program bound earlier
 * keeps the block it was bound to, so blocks stay until the workspace closes.
 */
final class Scratch implements AutoCloseable {
  private final CpuDevice device;
  private final List<MemoryBlock> blocks = new ArrayList<>();
  private boolean closed;

  Scratch(CpuDevice device) {
    this.device = device;
  }

  /** The address of at least so many bytes. */
  synchronized long require(long bytes) {
    if (closed) {
      throw new IllegalStateException("the workspace is closed");
    }
    if (blocks.isEmpty() || blocks.getLast().bytes() < bytes) {
      blocks.add(device.block(bytes, 1));
    }
    return blocks.getLast().address();
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    device.lock.lock();
    try {
      synchronized (this) {
        closed = true;
        blocks.forEach(MemoryBlock::release);
        blocks.clear();
      }
    } finally {
      device.lock.unlock();
    }
  }
}
