package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Value;
import java.util.List;

/**
 * A step of a program before it is bound to memory: what it reads, what it writes, and whether the
 * two may be one place.
 */
interface Planned extends AutoCloseable {
  /** What it computes, as reports name it. */
  String name();

  /** By what means. */
  String implementation();

  /** How many nodes of the graph it covers. */
  int nodes();

  /** The values it reads. */
  List<Value> reads();

  /** The values it writes, all of each. */
  List<Value> writes();

  /** Scratch memory of its own while it runs. */
  long scratchBytes();

  /**
   * Whether a value it writes may lie in the very memory of one that it reads: no element is read
   * after its place was written.
   *
   * @param write index into {@link #writes}
   * @param read index into {@link #reads}
   */
  boolean inPlace(int write, int read);

  /** Binds it to addresses, in the order of reads and writes. */
  Bound bind(long[] reads, long[] writes, long scratch);

  /** Frees what it holds beyond its bindings. */
  @Override
  default void close() {}
}
