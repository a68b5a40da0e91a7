package dev.backplane.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;

/** Native memory with a number of users; freed when the last one releases it. */
final class MemoryBlock {
  private final CpuDevice device;
  private final long address;
  private final long bytes;
  private final AtomicInteger users;

  MemoryBlock(CpuDevice device, long address, long bytes, int users) {
    this.device = device;
    this.address = address;
    this.bytes = bytes;
    this.users = new AtomicInteger(users);
  }

  long address() {
    return address;
  }

  long bytes() {
    return bytes;
  }

  /** Called once by each user. */
  void release() {
    if (users.decrementAndGet() == 0) {
      device.freed(this);
    }
  }
}
