package dev.backplane.backend.cpu;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Warms up the kernels of programs, one program after the other, on a thread that lives as long as
 * there are any.
 */
final class Warmer implements AutoCloseable {
  private final Deque<Warmth> waiting = new ArrayDeque<>();
  private @Nullable Thread thread;
  private volatile boolean closed;

  /** Warms up a program when those before it are warm. */
  synchronized void add(Warmth program) {
    if (closed) {
      return;
    }
    waiting.add(program);
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
  }

  private void run() {
    for (var program = next(); program != null; program = next()) {
      program.warmUp(() -> closed);
    }
  }

  private synchronized @Nullable Warmth next() {
    var program = closed ? null : waiting.poll();
    if (program == null) {
      thread = null;
    }
    return program;
  }

  /** Ends the thread. Idempotent. */
  @Override
  public void close() {
    Thread last;
    synchronized (this) {
      closed = true;
      waiting.clear();
      last = thread;
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
