package dev.backplane.backend.cpu.warm;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Warms up faster forms, all in turns, on a thread that lives as long as there are any. In turns,
 * so that the JVM's compiler has all of them before it soon; with pauses, because it needs a core
 * itself, and those who run programs need theirs.
 */
public final class Warmer implements AutoCloseable {
  private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

  /** Turns with the shortest pause between them; from then on pauses grow. */
  private static final int SOON = 50;

  private static final double GROWTH = 1.1;

  /**
   * Then a turn of all takes this share of a core at most: there are JVMs that never compile it.
   */
  private static final double SHARE = 0.1;

  /** So many get their turns at a time: the longer the compiler's queue, the more it asks for. */
  private static final int AT_ONCE = 16;

  /** After so many turns a form lets others pass. */
  private static final int LONG = 100;

  /** A form that is still not compiled, within a quarter of an hour or more, never will be. */
  private static final int GREATEST = 1_000;

  private record Waiting(Part part, WarmUp form) {}

  private final List<Waiting> added = new ArrayList<>();
  private @Nullable Thread thread;
  private volatile boolean closed;
  private volatile boolean eager;

  /** Warms up parts of programs, until these end. */
  synchronized void add(List<Part> parts) {
    if (closed || parts.isEmpty()) {
      return;
    }
    parts.forEach(part -> added.add(new Waiting(part, new WarmUp(part.cold()))));
    eager = true;
    if (thread == null) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .inheritInheritableThreadLocals(false)
              .name("backplane-cpu-warm-up")
              .unstarted(this::run);
      // What a thread keeps of who made it would keep that one's classes.
      thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
      thread.start();
    }
    notifyAll();
  }

  /** Whether it has forms that it rehearses with the shortest pauses. */
  boolean isEager() {
    return eager;
  }

  private void run() {
    var waiting = new ArrayList<Waiting>();
    try {
      int round = 0;
      double pause = SHORTEST_PAUSE;
      while (next(waiting, (long) pause)) {
        long began = System.nanoTime();
        round = round(waiting) ? 0 : round + 1;
        eager = round < SOON;
        pause =
            eager
                ? SHORTEST_PAUSE
                : Math.max(
                    Math.min(LONGEST_PAUSE, pause * GROWTH), (System.nanoTime() - began) / SHARE);
      }
    } finally {
      waiting.forEach(each -> each.form().close());
    }
  }

  /** Gives a turn to the first ones; whether one of them had its first. */
  private boolean round(List<Waiting> waiting) {
    boolean fresh = false;
    for (var one : List.copyOf(waiting.subList(0, Math.min(AT_ONCE, waiting.size())))) {
      fresh |= one.form().turns() == 0;
      if (isOver(one)) {
        waiting.remove(one);
      } else if (one.form().turns() % LONG == 0) {
        waiting.remove(one);
        waiting.add(one);
      }
    }
    return fresh;
  }

  /** Takes in what was added; false where there is nothing to do any more. */
  private synchronized boolean next(List<Waiting> waiting, long pause) {
    try {
      if (!waiting.isEmpty() && added.isEmpty() && !closed) {
        TimeUnit.NANOSECONDS.timedWait(this, pause);
      }
    } catch (InterruptedException e) {
      // Nobody who knows this thread interrupts it: the pause is shorter.
    }
    waiting.addAll(added);
    added.clear();
    if (closed || waiting.isEmpty()) {
      thread = null;
      eager = false;
      return false;
    }
    return true;
  }

  private boolean isOver(Waiting one) {
    var form = one.form();
    boolean over = closed || one.part().program().hasEnded();
    try {
      if (!over && form.turn()) {
        one.part().program().warm(one.part());
        over = true;
      } else if (form.turns() >= GREATEST) {
        log(form.cold().name() + " stays as it is: the JVM does not compile it", Level.DEBUG, null);
        form.cold().giveUp("never compiled");
        over = true;
      }
    } catch (RuntimeException | Error e) {
      log(form.cold().name() + " stays as it is, which is slower", Level.WARNING, e);
      form.cold().giveUp("failed");
      over = true;
    }
    if (over) {
      form.close();
    }
    return over;
  }

  private static void log(String message, Level level, @Nullable Throwable thrown) {
    System.getLogger(Warmer.class.getName()).log(level, message, thrown);
  }

  /** Ends the thread. Idempotent. */
  @Override
  public void close() {
    Thread last;
    synchronized (this) {
      closed = true;
      added.clear();
      last = thread;
      notifyAll();
    }
    boolean interrupted = false;
    while (last != null && last.isAlive()) {
      try {
        last.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
