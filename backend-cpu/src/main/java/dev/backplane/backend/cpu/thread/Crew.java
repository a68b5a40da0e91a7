package dev.backplane.backend.cpu.thread;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a device: the one that starts a program, and others of its own that help.
 *
 * <p>A round of a program is open until each of its parts has been claimed and has ended. Which
 * thread runs a part is not fixed, only what the part does: every thread first claims the part that
 * has its own number, whose data its caches hold, then whatever is left. So a thread that does not
 * get a core holds up nobody but by the part it is in. Who ends the last part of a round opens the
 * next one.
 *
 * <p>A thread that waits looks again and again for some microseconds, then lets others have the
 * core whenever it looks, and soon parks. Nothing here allocates once the threads have started.
 */
public final class Crew implements AutoCloseable {
  /** More parts than any round has. */
  private static final int GREATEST = 1 << 8;

  /** Longs that keep two claims in different cache lines. */
  private static final int APART = 16;

  private static final int LOOKS = 2_000;
  private static final long YIELDING_NANOS = 150_000;

  private final int size;
  private final Runnable enter;
  private final @Nullable Thread[] threads;
  private final AtomicLongArray claims;
  private final AtomicIntegerArray parked;
  private final AtomicInteger unfinished = new AtomicInteger();

  /** How many rounds have been opened, times {@link #GREATEST}, and the parts of the open one. */
  private volatile long open;

  private volatile boolean closed;
  private boolean started;

  /** How many threads take part: all, or all but the last. Changed while nothing runs. */
  private volatile int present;

  // Written before a round is opened, read by who has claimed a part of it.
  private @Nullable Work work;
  private int round;
  private volatile @Nullable Throwable failure;

  /**
   * A crew.
   *
   * @param size how many threads work at once, the caller's included
   * @param enter what a thread does before its first work
   */
  public Crew(int size, Runnable enter) {
    this.size = size;
    this.enter = enter;
    present = size;
    threads = new Thread[size];
    claims = new AtomicLongArray(size * APART);
    parked = new AtomicIntegerArray(size);
  }

  /** Runs a program to its end, or the end of the round that fails. One caller at a time. */
  public void run(Work todo) {
    run(todo, false);
  }

  /**
   * Runs a program as {@link #run(Work)} does.
   *
   * @param spare whether one thread stays away, so that its core is free for others: the parts are
   *     the same, the others run them
   */
  public void run(Work todo, boolean spare) {
    int here = spare ? Math.max(1, size - 1) : size;
    if (present != here) {
      present = here;
    }
    if (here == 1 || todo.width() <= 1) {
      for (int i = todo.first(); i < todo.rounds(); i = todo.next(i)) {
        for (int part = 0; part < todo.parts(i); part++) {
          todo.run(i, part);
        }
      }
      return;
    }
    start();
    work = todo;
    failure = null;
    threads[0] = Thread.currentThread();
    open(todo.first());
    long seen = help(0);
    while (seen % GREATEST != 0) {
      await(seen, 0);
      seen = help(0);
    }
    work = null;
    threads[0] = null;
    var failed = failure;
    if (failed != null) {
      failure = null;
      throw rethrown(failed);
    }
  }

  private static RuntimeException rethrown(Throwable failed) {
    if (failed instanceof Error error) {
      throw error;
    }
    return failed instanceof RuntimeException exception
        ? exception
        : new IllegalStateException(failed);
  }

  private void start() {
    if (started) {
      return;
    }
    started = true;
    for (int i = 1; i < size; i++) {
      int number = i;
      var thread =
          Thread.ofPlatform()
              .daemon()
              .inheritInheritableThreadLocals(false)
              .name("backplane-cpu-" + i)
              .unstarted(() -> live(number));
      // What a thread keeps of who made it would keep that one's classes.
      thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
      threads[i] = thread;
      thread.start();
    }
  }

  private void live(int number) {
    enter.run();
    while (!closed) {
      await(help(number), number);
    }
  }

  /** Runs parts until there is none to claim; gives the state in which there was none. */
  private long help(int number) {
    while (true) {
      long seen = open;
      if (number >= present || !claimOne(seen, number)) {
        return seen;
      }
    }
  }

  private boolean claimOne(long seen, int number) {
    int parts = (int) (seen % GREATEST);
    for (int i = 0; i < parts; i++) {
      int part = (number + i) % parts;
      long claimed = claims.get(part * APART);
      // Of a round that is over every part was claimed, by this round's or a later one's number.
      if (claimed < seen / GREATEST
          && claims.compareAndSet(part * APART, claimed, seen / GREATEST)) {
        run(part);
        return true;
      }
    }
    return false;
  }

  private void run(int part) {
    int at = round;
    try {
      Objects.requireNonNull(work).run(at, part);
    } catch (Throwable e) {
      failure = e;
    }
    if (unfinished.decrementAndGet() == 0) {
      open(behind(at));
    }
  }

  /** The round that comes next; the end where something failed. */
  private int behind(int ended) {
    var todo = Objects.requireNonNull(work);
    try {
      return failure == null ? todo.next(ended) : todo.rounds();
    } catch (Throwable e) {
      failure = e;
      return todo.rounds();
    }
  }

  private void open(int next) {
    var todo = Objects.requireNonNull(work);
    int parts = next == todo.rounds() ? 0 : todo.parts(next);
    round = next;
    unfinished.set(parts);
    open = (open / GREATEST + 1) * GREATEST + parts;
    // Who opened the round runs its first part; at the end only the caller has to know.
    for (int i = 0; i < Math.min(present, Math.max(1, parts)); i++) {
      if (parked.get(i) != 0) {
        LockSupport.unpark(threads[i]);
      }
    }
  }

  private void await(long seen, int number) {
    for (int i = 0; i < LOOKS; i++) {
      if (open != seen) {
        return;
      }
      Thread.onSpinWait();
    }
    long end = System.nanoTime() + YIELDING_NANOS;
    while (System.nanoTime() - end < 0) {
      if (open != seen) {
        return;
      }
      Thread.yield();
    }
    parked.set(number, 1);
    while (open == seen && !closed) {
      LockSupport.park(this);
      // An interrupted thread does not park. The caller's work is not abandoned for it, and stays
      // marked; of a helper nobody can want anything.
      if (number == 0 && Thread.currentThread().isInterrupted()) {
        Thread.yield();
      } else if (number > 0) {
        Thread.interrupted();
      }
    }
    parked.set(number, 0);
  }

  /** Ends the threads; nothing may run meanwhile. Idempotent. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (int i = 1; i < size && started; i++) {
      var thread = Objects.requireNonNull(threads[i]);
      LockSupport.unpark(thread);
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
