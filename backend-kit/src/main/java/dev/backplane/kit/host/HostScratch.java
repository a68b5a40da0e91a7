package dev.backplane.kit.host;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The scratch memory of a session: as large as its largest program needs. A program bound earlier
 * keeps the block it was bound to.
 */
final class HostScratch implements AutoCloseable {
  private final HostDevice device;
  private final List<MemorySegment> blocks = new ArrayList<>();

  HostScratch(HostDevice device) {
    this.device = device;
  }

  /** At least so many bytes. */
  MemorySegment require(long bytes) {
    if (blocks.isEmpty() || blocks.getLast().byteSize() < bytes) {
      blocks.add(device.memory(bytes, bytes));
    }
    return blocks.getLast();
  }

  @Override
  public void close() {
    device.order().lock();
    try {
      blocks.forEach(block -> device.freed(block.byteSize()));
      blocks.clear();
    } finally {
      device.order().unlock();
    }
  }
}
