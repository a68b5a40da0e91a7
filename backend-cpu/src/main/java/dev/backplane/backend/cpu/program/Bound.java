package dev.backplane.backend.cpu.program;

/** A step bound to its memory. */
public interface Bound extends AutoCloseable {
  /** Runs it on the calling thread; allocates nothing. */
  void run();

  /** Frees what the binding holds. */
  @Override
  default void close() {}
}
