package dev.backplane.runtime.session;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Execution;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;

/** A copy within the host, as a step of a program like any other. */
record HostCopy(MemorySegment from, MemorySegment to) implements Execution {
  @Override
  public void start() {
    to.copyFrom(from);
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
