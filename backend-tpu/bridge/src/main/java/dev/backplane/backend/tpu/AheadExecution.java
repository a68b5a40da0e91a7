package dev.backplane.backend.tpu;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Execution;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Work that is not done.
 *
 * @param check throws where it could not even be started
 */
record AheadExecution(Runnable check) implements Execution {
  @Override
  public void start() {
    check.run();
  }

  @Override
  public void await() {}

  @Override
  public boolean isDone() {
    return true;
  }

  @Override
  public void whenDone(Consumer<Optional<BackplaneException>> action) {
    action.accept(Optional.empty());
  }

  @Override
  public void close() {}
}
