package dev.backplane.runtime.device;

import dev.backplane.backend.DeviceLostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * What every call to a device passes through. Once the device is lost nobody enters any more, and
 * losing it waits for those who are inside. Entering allocates nothing.
 */
final class Gate {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private enum State {
    OPEN,
    CLOSED,
    LOST
  }

  private final AtomicInteger inside = new AtomicInteger();
  private final String device;
  private final String backend;
  private volatile State state = State.OPEN;

  Gate(String device, String backend) {
    this.device = device;
    this.backend = backend;
  }

  void enter() {
    inside.incrementAndGet();
    if (state != State.OPEN) {
      inside.decrementAndGet();
      throw refusal();
    }
  }

  void exit() {
    inside.decrementAndGet();
  }

  <T> T pass(Supplier<T> call) {
    enter();
    try {
      return call.get();
    } finally {
      exit();
    }
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  /** Lets nobody in any more and waits for those inside. False if it was shut before. */
  boolean lose() {
    return shut(State.LOST);
  }

  /** The same when the owner is done with the device. */
  boolean close() {
    return shut(State.CLOSED);
  }

  private boolean shut(State as) {
    synchronized (this) {
      if (state != State.OPEN) {
        return false;
      }
      state = as;
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (inside.get() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(50_000);
    }
    return true;
  }

  private RuntimeException refusal() {
    return switch (state) {
      case LOST ->
          new DeviceLostException(
              "device "
                  + device
                  + " is lost: its backend "
                  + backend
                  + " has gone, and what it held with it; go on from a checkpoint or snapshot on"
                  + " another device");
      case OPEN, CLOSED ->
          new IllegalStateException("device " + device + " is closed: its session has ended");
    };
  }
}
