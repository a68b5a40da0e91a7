package dev.backplane.backend.cpu;

import dev.backplane.BackplaneException;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.Execution;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Work that runs on the thread that starts it, and has ended when {@link #start} returns. */
final class CpuExecution implements Execution {
  /** What an execution does when it is started. */
  @FunctionalInterface
  interface Work {
    void run();

    /** As {@link Execution#measure}. */
    default boolean measure(long[] nanos) {
      return false;
    }
  }

  private final CpuDevice device;
  private final Work work;
  private final Runnable check;
  private final Consumer<CpuExecution> free;
  private @Nullable BackplaneException failure;
  private boolean closed;
  private volatile boolean running;

  /**
   * Work of a device.
   *
   * @param check throws where the work may not start
   * @param free frees what the execution holds when it closes
   */
  CpuExecution(CpuDevice device, Work work, Runnable check, Consumer<CpuExecution> free) {
    this.device = device;
    this.work = work;
    this.check = check;
    this.free = free;
  }

  @Override
  public void start() {
    device.lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the execution is closed");
      }
      check.run();
      failure = null;
      running = true;
      try {
        work.run();
      } catch (BackplaneException e) {
        failure = e;
      } catch (RuntimeException e) {
        failure = new DeviceLostException("cpu: the work failed: " + e.getMessage(), e);
      } finally {
        running = false;
      }
    } finally {
      device.lock.unlock();
    }
  }

  @Override
  public void await() {
    device.lock.lock();
    try {
      if (failure != null) {
        throw failure;
      }
    } finally {
      device.lock.unlock();
    }
  }

  @Override
  public boolean measure(long[] nanos) {
    device.lock.lock();
    try {
      return work.measure(nanos);
    } finally {
      device.lock.unlock();
    }
  }

  @Override
  public boolean isDone() {
    return !running;
  }

  @Override
  public void whenDone(Consumer<Optional<BackplaneException>> action) {
    Optional<BackplaneException> ended;
    device.lock.lock();
    try {
      ended = Optional.ofNullable(failure);
    } finally {
      device.lock.unlock();
    }
    action.accept(ended);
  }

  @Override
  public void close() {
    device.lock.lock();
    try {
      if (!closed) {
        closed = true;
        free.accept(this);
      }
    } finally {
      device.lock.unlock();
    }
  }
}
