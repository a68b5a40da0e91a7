package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Value;

/**
 * Brings an operand that a loop reads again and again into the layout that is read fastest, once
 * before the loop. Each part makes a packed one of its own, so that none waits for another.
 */
interface Packing {
  /** What is packed. */
  Value operand();

  int parts();

  /** Memory for the packed ones of all parts and the way there. */
  long bytes();

  /**
   * Binds it.
   *
   * @param from where the operand lies
   * @param to of {@link #bytes} bytes; what the step that asked for it is then given as operand
   */
  Bound bind(long from, long to);
}
