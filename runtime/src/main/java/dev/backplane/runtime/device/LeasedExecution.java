package dev.backplane.runtime.device;

import dev.backplane.BackplaneException;
import dev.backplane.backend.Execution;
import java.util.Optional;
import java.util.function.Consumer;

/** Bound work behind its lease's gate. Starting and awaiting allocate nothing. */
record LeasedExecution(Leased<Execution> execution, Lease lease, Gate gate) implements Execution {
  @Override
  public void start() {
    gate.enter();
    try {
      execution.get().start();
    } finally {
      gate.exit();
    }
  }

  @Override
  public void await() {
    gate.enter();
    try {
      execution.get().await();
    } finally {
      gate.exit();
    }
  }

  /** Work of a lost device has ended. */
  @Override
  public boolean isDone() {
    if (!gate.tryEnter()) {
      return true;
    }
    try {
      return execution.get().isDone();
    } finally {
      gate.exit();
    }
  }

  @Override
  public void whenDone(Consumer<Optional<BackplaneException>> action) {
    gate.enter();
    try {
      execution.get().whenDone(action);
    } finally {
      gate.exit();
    }
  }

  @Override
  public boolean measure(long[] nanos) {
    gate.enter();
    try {
      return execution.get().measure(nanos);
    } finally {
      gate.exit();
    }
  }

  /** Closing the device has freed it where the gate is shut. */
  @Override
  public void close() {
    lease.close(execution);
  }
}
