package dev.backplane.runtime.device;

import dev.backplane.backend.DeviceLostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * What every call to a device passes through. Once the device is lost nobody enters any more.
 * Losing it waits for work that holds it, which may still call it until it has ended, and then for
 * those who are inside. Nothing here allocates on the way in or out.
 */
final class Gate {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private enum State {
    OPEN,
    /** Only for those who hold it. */
    ENDING,
    CLOSED,
    LOST
  }

  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private final String device;
  private final String backend;
  private volatile State state = State.OPEN;
  private volatile State end = State.OPEN;

  Gate(String device, String backend) {
    this.device = device;
    this.backend = backend;
  }

  void enter() {
    if (!tryEnter()) {
      throw refusal();
    }
  }

  /** Goes in where it is open; false where nobody may any more. */
  boolean tryEnter() {
    inside.incrementAndGet();
    if (isOpen()) {
      return true;
    }
    inside.decrementAndGet();
    return false;
  }

  void exit() {
    inside.decrementAndGet();
  }

  /** Work of several calls begins, all of which will be let through. */
  void hold() {
    held.incrementAndGet();
    if (state != State.OPEN) {
      held.decrementAndGet();
      throw refusal();
    }
  }

  /** That work has ended. */
  void release() {
    held.decrementAndGet();
  }

  <T> T pass(Supplier<T> call) {
    enter();
    try {
      return call.get();
    } finally {
      exit();
    }
  }

  private boolean isOpen() {
    return state == State.OPEN || state == State.ENDING;
  }

  /** Lets nobody in any more, once those who hold it have let go. False if it was shut before. */
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
      end = as;
      state = State.ENDING;
    }
    awaitZero(held);
    state = as;
    awaitZero(inside);
    return true;
  }

  /** Patience has an end, since work that is never awaited never lets go. */
  private static void awaitZero(AtomicInteger count) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (count.get() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(50_000);
    }
  }

  private RuntimeException refusal() {
    return switch (end) {
      case LOST ->
          new DeviceLostException(
              "device "
                  + device
                  + " is lost: its backend "
                  + backend
                  + " has gone, and what it held with it; go on from a checkpoint or snapshot on"
                  + " another device");
      case OPEN, ENDING, CLOSED ->
          new IllegalStateException("device " + device + " is closed: its session has ended");
    };
  }
}
