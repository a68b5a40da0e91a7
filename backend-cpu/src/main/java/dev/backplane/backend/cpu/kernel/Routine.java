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

  /**
   * Runs all loops over columns that are made of vectors, each by itself, so that the JVM compiles
   * them: the first columns of a row, whatever the values are.
   *
   * @param row 0; less than 0 lets the loops go round without doing anything
   * @param columns no more than {@link Chunk#STRIP}; loops that are shorter take all they have
   */
  void rehearse(long[] addresses, int row, int columns);

  /** Sums up the folds of the last sweep and runs the phases behind it. */
  void finish(long[] addresses);
}
