package dev.backplane.backend.cpu.window;

/**
 * Combines what lies under a window, for a line of positions ({@link Axis}) and a run of
 * neighbouring elements at each. The scalar and the vector form give equal bits.
 */
@FunctionalInterface
interface Reducing {
  /**
   * Does a line.
   *
   * @param from address of the first run under the window at the first position
   * @param advance elements from a position's first run to the next position's
   * @param offsets of the runs under the window, in elements from the first one
   * @param count how many of the offsets count; where none does, the identity is written
   * @param to address of the results, run behind run
   * @param length how many positions there are
   * @param run elements of a run
   */
  void reduce(long from, long advance, long[] offsets, int count, long to, int length, long run);
}
