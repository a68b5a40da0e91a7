package dev.backplane.backend.cpu.kernel;

import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.graph.Value;
import java.util.Optional;

/** A compiled fusion group: one call runs all of it on native memory. Thread-safe. */
public interface Kernel {
  /** The group's name. */
  String name();

  /** {@code vector} or {@code scalar}, and of the latter why: the best form that it has. */
  String form();

  /** Which form runs at this moment, for reports. */
  default String running() {
    return Cold.running(cold(), form());
  }

  /** Scratch memory that a binding needs for itself, in bytes; its content need not be kept. */
  long scratchBytes();

  /**
   * Whether an output may lie in the very memory of an input: no element of the input is read after
   * its place was written.
   */
  boolean inPlace(int input, int output);

  /** How its rows can be given to several callers. */
  Rows rows();

  /**
   * The rows of a kernel, or stretches of its columns where it has but one row.
   *
   * @param count how many there are; 1 where they cannot be divided
   * @param columns of each; the last stretch of a single row may be shorter
   */
  record Rows(long count, long columns) {}

  /** The bytes that one of the rows has in an input or output; 0 for what is not of rows. */
  long rowBytes(Value value);

  /** When an output is written. */
  enum Written {
    /** By {@link Bound#sweep}, those elements that lie in the rows. */
    BY_ROWS,
    /** By {@link Bound#sweep}, all of it, the same bits by every one. */
    BY_EVERY_SWEEP,
    /** By {@link Bound#finish}. */
    AT_THE_END
  }

  /** When an output is written. */
  Written written(int output);

  /**
   * The kernel on fixed memory.
   *
   * @param inputAddresses of the group's inputs, dense and row-major
   * @param outputAddresses of its outputs; they overlap nothing but what {@link #inPlace} allows
   * @param scratchAddress of {@link #scratchBytes} bytes; 64-byte aligned
   */
  Bound bind(long[] inputAddresses, long[] outputAddresses, long scratchAddress);

  /** The way to its faster form; nothing where it has none, or runs it already. */
  Optional<Cold> cold();

  /** A kernel on fixed memory; not to be run by two threads at once. Allocates nothing. */
  interface Bound {
    /** Runs to the end on this thread. */
    void run();

    /**
     * Runs for some of the rows, from one until before another. Bindings with scratch memory of
     * their own may do this at once for other rows; then {@link #merge} takes them together.
     */
    void sweep(long from, long to);

    /** Takes into this what another binding's sweep left in its scratch memory. */
    void merge(long otherScratch);

    /** Writes what is known after all rows. */
    void finish();
  }
}
