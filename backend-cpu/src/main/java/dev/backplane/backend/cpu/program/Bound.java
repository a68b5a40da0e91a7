package dev.backplane.backend.cpu.program;

/** A step bound to its memory. */
public interface Bound extends AutoCloseable {
  /**
   * Runs a part on the calling thread, while other threads run the others; allocates nothing.
   *
   * @param part below {@link Planned#parts}, each once for each run of the step, in any order
   */
  void run(int part);

  /**
   * The same, adding up what it takes; freed with this binding, not by itself.
   *
   * @param clocks by lines of the report
   * @param line its line, or the first of its lines
   */
  default Bound timed(Clock[] clocks, int line) {
    return new Timed(this, clocks[line]);
  }

  /** Frees what the binding holds. */
  @Override
  default void close() {}
}
