package dev.backplane.backend.tpu;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Execution;
import dev.backplane.backend.tpu.pjrt.Handles;
import dev.backplane.backend.tpu.pjrt.PjrtException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Work that is submitted, and ends with the plugin's events. Starting and awaiting allocate
 * nothing.
 *
 * <p>Its own lock is taken before the device's, and held while it is awaited: nothing else is.
 */
final class TpuExecution implements Execution {
  /** What is submitted; called under the device's lock. */
  interface Work {
    /** Throws where it may not start. */
    void check();

    /**
     * Submits it.
     *
     * @param events where the events of its end go, 0 for none
     * @throws PjrtException if it cannot be submitted
     */
    void submit(long[] events);

    /** It has ended. */
    void ended(boolean well);
  }

  private final TpuDevice device;
  private final Arena arena;
  private final Handles handles;
  private final Work work;
  private final long[] events;
  private final Consumer<TpuExecution> whenClosed;
  private final ReentrantLock own = new ReentrantLock();
  private final List<Consumer<Optional<BackplaneException>>> waiting = new ArrayList<>();
  private boolean pending;
  private @Nullable BackplaneException failure;
  private boolean closed;

  private TpuExecution(
      TpuDevice device, int events, Arena arena, Work work, Consumer<TpuExecution> whenClosed) {
    this.device = device;
    this.arena = arena;
    this.work = work;
    this.whenClosed = whenClosed;
    this.events = new long[events];
    handles = new Handles(device.client(), arena);
  }

  /**
   * Work of a device.
   *
   * @param events how many events its end may have
   * @param work makes it, with memory as long as the execution
   * @param whenClosed told when it closes
   */
  static TpuExecution of(
      TpuDevice device, int events, Function<Arena, Work> work, Consumer<TpuExecution> whenClosed) {
    var arena = Arena.ofShared();
    try {
      var execution = new TpuExecution(device, events, arena, work.apply(arena), whenClosed);
      device.opened(execution);
      return execution;
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  @Override
  public void start() {
    own.lock();
    try {
      if (closed) {
        device.requireOpen();
        throw new IllegalStateException("the execution is closed");
      }
      if (pending) {
        if (!isReady()) {
          throw new IllegalStateException("the start before has not ended; await it");
        }
        settle();
      }
      device.lock.lock();
      try {
        device.requireOpen();
        work.check();
        failure = null;
        submit();
      } finally {
        device.lock.unlock();
      }
    } finally {
      own.unlock();
    }
  }

  private void submit() {
    try {
      work.submit(events);
      pending = true;
    } catch (PjrtException e) {
      failure = Failures.ofWork(device.info().id(), e);
      work.ended(false);
    }
  }

  private boolean isReady() {
    for (long event : events) {
      if (event != 0 && !handles.isReady(event)) {
        return false;
      }
    }
    return true;
  }

  /** Waits for what is pending; the caller holds the own lock. */
  private void settle() {
    if (!pending) {
      return;
    }
    for (int i = 0; i < events.length; i++) {
      long event = events[i];
      events[i] = 0;
      if (event != 0) {
        try {
          handles.await(event);
        } catch (PjrtException e) {
          failure = failure == null ? Failures.ofWork(device.info().id(), e) : failure;
        }
      }
    }
    pending = false;
    device.lock.lock();
    try {
      work.ended(failure == null);
    } finally {
      device.lock.unlock();
    }
    if (!waiting.isEmpty()) {
      var actions = List.copyOf(waiting);
      waiting.clear();
      actions.forEach(action -> action.accept(Optional.ofNullable(failure)));
    }
  }

  @Override
  public void await() {
    own.lock();
    try {
      settle();
      if (failure != null) {
        throw failure;
      }
    } finally {
      own.unlock();
    }
  }

  /** Whoever holds its lock awaits it: then it has not ended. */
  @Override
  public boolean isDone() {
    if (!own.tryLock()) {
      return false;
    }
    try {
      return !pending || isReady();
    } finally {
      own.unlock();
    }
  }

  @Override
  public void whenDone(Consumer<Optional<BackplaneException>> action) {
    own.lock();
    try {
      if (!pending) {
        action.accept(Optional.ofNullable(failure));
        return;
      }
      waiting.add(action);
    } finally {
      own.unlock();
    }
    Thread.ofPlatform().daemon().name("backplane-tpu-done").start(this::settleLater);
  }

  private void settleLater() {
    own.lock();
    try {
      settle();
    } finally {
      own.unlock();
    }
  }

  @Override
  public void close() {
    own.lock();
    try {
      if (!closed) {
        settle();
        closed = true;
        device.closed(this);
        whenClosed.accept(this);
        arena.close();
      }
    } finally {
      own.unlock();
    }
  }
}
