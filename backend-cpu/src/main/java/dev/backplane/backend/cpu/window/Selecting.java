package dev.backplane.backend.cpu.window;

/**
 * Carries values back to where the largest or smallest element under a window is, for a line of
 * positions ({@link Axis}) and a run of neighbouring elements at each. The scalar and the vector
 * form give equal bits.
 */
@FunctionalInterface
interface Selecting {
  /**
   * Does a line. Positions that share no element write all that lies under them, the value or 0;
   * others add the value.
   *
   * @param from address of the first run under the window at the first position
   * @param advance elements from a position's first run to the next position's
   * @param offsets of the runs under the window, in elements from the first one
   * @param count how many of the offsets count, at least 1
   * @param source address of the values, run behind run
   * @param to address of the first run of results, which lie as what is selected from
   * @param length how many positions there are
   * @param run elements of a run
   */
  void select(
      long from,
      long advance,
      long[] offsets,
      int count,
      long source,
      long to,
      int length,
      long run);
}
