package dev.backplane.backend.cpu.kernel;

/**
 * What a generated class implements. A call of {@link #sweep} for all rows and one of {@link
 * #finish} run all phases. The addresses are those of the inputs, the outputs and the scratch
 * memory, and behind them that of the scratch memory of another call, which {@link #merge} reads.
 */
interface Routine {
  /**
   * Runs the phases up to the last sweep over rows, which takes the rows of a range; where there is
   * but one row, the columns of it.
   */
  void sweep(long[] addresses, int from, int to);

  /** Takes into the folds of the last sweep those that were made for other rows. */
  void merge(long[] addresses);

  /** Sums up the folds of the last sweep and runs the phases behind it. */
  void finish(long[] addresses);
}
