package dev.backplane.runtime.replica;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Execution;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The same work on several replicas; starting and awaiting it allocates nothing. */
final class Together implements Execution {
  private final Execution[] each;

  private Together(Execution[] each) {
    this.each = each;
  }

  static Execution of(List<Execution> each) {
    return each.size() == 1 ? each.getFirst() : new Together(each.toArray(Execution[]::new));
  }

  @Override
  public void start() {
    for (int i = 0; i < each.length; i++) {
      try {
        each[i].start();
      } catch (RuntimeException | Error e) {
        drain(i);
        throw e;
      }
    }
  }

  @Override
  public void await() {
    switch (drain(each.length)) {
      case null -> {}
      case RuntimeException failure -> throw failure;
      case Error failure -> throw failure;
      case Throwable other -> throw new IllegalStateException("no work throws this", other);
    }
  }

  /** Waits for the first so many, and gives the first failure. */
  private @Nullable Throwable drain(int count) {
    Throwable failure = null;
    for (int i = 0; i < count; i++) {
      try {
        each[i].await();
      } catch (RuntimeException | Error e) {
        failure = failure == null ? e : failure;
      }
    }
    return failure;
  }

  @Override
  public boolean isDone() {
    for (var execution : each) {
      if (!execution.isDone()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void whenDone(Consumer<Optional<BackplaneException>> action) {
    var left = new AtomicInteger(each.length);
    var failure = new AtomicReference<Optional<BackplaneException>>(Optional.empty());
    for (var execution : each) {
      execution.whenDone(
          end -> {
            failure.updateAndGet(first -> first.isPresent() ? first : end);
            if (left.decrementAndGet() == 0) {
              action.accept(failure.get());
            }
          });
    }
  }

  @Override
  public void close() {
    for (var execution : each) {
      execution.close();
    }
  }
}
