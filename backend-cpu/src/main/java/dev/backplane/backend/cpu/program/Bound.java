package dev.backplane.backend.cpu.program;

/** A step bound to its memory. */
public interface Bound extends AutoCloseable {
  /**
   * Runs a part on the calling thread, while other threads run the others; allocates nothing.
   *
   * @param part below {@link Planned#parts}, each once for each run of the step, in any order
   */
  void run(int part);

  /** Frees what the binding holds. */
  @Override
  default void close() {}
}
