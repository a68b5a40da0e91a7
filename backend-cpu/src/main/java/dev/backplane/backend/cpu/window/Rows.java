package dev.backplane.backend.cpu.window;

import dev.backplane.backend.cpu.movement.Widened;
import dev.backplane.op.Combiner;

/**
 * What is done at one position of a window, for a run of neighbouring elements. {@code base} and
 * the first {@code count} of {@code offsets} say where the elements under the window begin, in
 * elements. The scalar and the vector form give equal bits.
 */
interface Rows {
  /** As reports name it. */
  String form();

  /** Combines the elements under the window, starting from the identity. */
  void reduce(
      Widened type,
      Combiner combiner,
      long from,
      long base,
      long[] offsets,
      int count,
      long to,
      long run);

  /**
   * Adds, or with {@code only} writes, the source's element where the chosen element is; with
   * {@code only} the others under the window become 0.
   */
  void select(
      Widened type,
      boolean largest,
      boolean only,
      long from,
      long base,
      long[] offsets,
      int count,
      long source,
      long to,
      long run);
}
