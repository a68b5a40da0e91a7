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
  /** How long work that is under way, and then calls that are inside, may hold a backend up. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  enum State {
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
  private final Duration patience;
  private volatile State state = State.OPEN;
  private volatile State end = State.OPEN;

  Gate(String device, String backend) {
    this(device, backend, PATIENCE);
  }

  /** A gate with another patience than users have. */
  Gate(String device, String backend, Duration patience) {
    this.device = device;
    this.backend = backend;
    this.patience = patience;
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

  boolean isLost() {
    return end == State.LOST;
  }

  /**
   * Lets only those in any more who hold it. False if that was announced before; whoever was told
   * true goes on with {@link #shut}.
   *
   * @param as lost, or closed by its owner
   */
  synchronized boolean announce(State as) {
    if (state != State.OPEN) {
      return false;
    }
    end = as;
    state = State.ENDING;
    return true;
  }

  /** Lets nobody in any more, once those who hold it have let go, and waits for those inside. */
  void shut() {
    awaitZero(held);
    state = end;
    awaitZero(inside);
  }

  /** Patience has an end, since work that is never awaited never lets go. */
  private void awaitZero(AtomicInteger count) {
    long end = System.nanoTime() + patience.toNanos();
    while (count.get() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(50_000);
    }
  }

  RuntimeException refusal() {
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
