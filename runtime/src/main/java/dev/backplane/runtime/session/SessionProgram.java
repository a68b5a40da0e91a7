package dev.backplane.runtime.session;

import dev.backplane.Training;
import dev.backplane.backend.CompileReport;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A program of a session, bound to its state and to host memory. */
public final class SessionProgram implements AutoCloseable {
  SessionProgram() {}

  /** The native memory of a host input or output; its address stays the same. */
  public MemorySegment host(String name) {
    throw new UnsupportedOperationException("lands next");
  }

  /** Transfers host inputs, runs, and transfers host outputs; allocates nothing. */
  public void start() {
    throw new UnsupportedOperationException("lands next");
  }

  /** Waits for the last start. */
  public void await() {
    throw new UnsupportedOperationException("lands next");
  }

  /** Starts and awaits. */
  public void run() {
    start();
    await();
  }

  /** Where each node runs, and why. */
  public List<Training.Placed> why() {
    throw new UnsupportedOperationException("lands next");
  }

  /** How each part was compiled. */
  public List<CompileReport> reports() {
    throw new UnsupportedOperationException("lands next");
  }

  @Override
  public void close() {}
}
