package dev.backplane.kit.host;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Execution;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Work that runs where it is started and has ended when {@link #start} returns. */
final class HostExecution implements Execution {
  private final HostDevice device;
  private final Runnable check;
  private final Runnable work;
  private @Nullable BackplaneException failure;
  private boolean closed;

  /**
   * Binds work.
   *
   * @param check throws where the work may not start; nothing happens then
   */
  HostExecution(HostDevice device, Runnable check, Runnable work) {
    this.device = device;
    this.check = check;
    this.work = work;
  }

  @Override
  public void start() {
    device.order().lock();
    try {
      if (closed) {
        throw new IllegalStateException(device.info().id() + ": the execution is closed");
      }
      device.requireOpen();
      check.run();
      failure = null;
      try {
        work.run();
      } catch (BackplaneException e) {
        failure = e;
      } catch (RuntimeException e) {
        failure = new BackplaneException(device.info().id() + ": the work failed: " + e, e);
      }
    } finally {
      device.order().unlock();
    }
  }

  @Override
  public void await() {
    device.order().lock();
    try {
      if (failure != null) {
        throw failure;
      }
    } finally {
      device.order().unlock();
    }
  }

  @Override
  public boolean isDone() {
    return true;
  }

  @Override
  public void whenDone(Consumer<Optional<BackplaneException>> action) {
    Optional<BackplaneException> ended;
    device.order().lock();
    try {
      ended = Optional.ofNullable(failure);
    } finally {
      device.order().unlock();
    }
    action.accept(ended);
  }

  @Override
  public void close() {
    device.order().lock();
    try {
      closed = true;
    } finally {
      device.order().unlock();
    }
  }
}
