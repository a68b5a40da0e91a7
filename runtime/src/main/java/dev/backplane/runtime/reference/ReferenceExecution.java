package dev.backplane.runtime.reference;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Execution;
import dev.backplane.backend.OutOfDeviceMemoryException;
import java.util.Optional;
import java.util.function.Consumer;

/** Work that runs where it is started and has ended when {@link #start} returns. */
final class ReferenceExecution implements Execution {
  private final ReferenceDevice device;
  private final Runnable precondition;
  private final Runnable work;
  private final Runnable onFailure;
  private volatile Optional<BackplaneException> failure = Optional.empty();
  private volatile boolean closed;

  /**
   * Binds work.
   *
   * @param precondition what must hold before it starts; it throws otherwise, and nothing happens
   * @param onFailure what becomes of donated buffers
   */
  ReferenceExecution(
      ReferenceDevice device, Runnable precondition, Runnable work, Runnable onFailure) {
    this.device = device;
    this.precondition = precondition;
    this.work = work;
    this.onFailure = onFailure;
  }

  @Override
  public void start() {
    device.exclusively(
        () -> {
          if (closed) {
            throw new IllegalStateException("reference: start: the execution is closed");
          }
          precondition.run();
          failure = run();
          return failure;
        });
  }

  private Optional<BackplaneException> run() {
    try {
      work.run();
      return Optional.empty();
    } catch (BackplaneException e) {
      onFailure.run();
      return Optional.of(e);
    } catch (OutOfMemoryError e) {
      onFailure.run();
      return Optional.of(
          new OutOfDeviceMemoryException(
              "reference: the heap of "
                  + Runtime.getRuntime().maxMemory()
                  + " bytes is full; give the JVM more with -Xmx",
              e));
    }
  }

  @Override
  public void await() {
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  @Override
  public boolean isDone() {
    return true;
  }

  @Override
  public void whenDone(Consumer<Optional<BackplaneException>> action) {
    action.accept(failure);
  }

  @Override
  public void close() {
    closed = true;
  }
}
