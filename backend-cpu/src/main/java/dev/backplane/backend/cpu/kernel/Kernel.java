package dev.backplane.backend.cpu.kernel;

/** A compiled fusion group: one call runs all of it on native memory. Thread-safe. */
public interface Kernel {
  /** The group's name. */
  String name();

  /** {@code vector} or {@code scalar}, and of the latter why, for reports. */
  String form();

  /** Scratch memory that a binding needs for itself, in bytes; its content need not be kept. */
  long scratchBytes();

  /**
   * Whether an output may lie in the very memory of an input: no element of the input is read after
   * its place was written.
   */
  boolean inPlace(int input, int output);

  /**
   * The kernel on fixed memory.
   *
   * @param inputAddresses of the group's inputs, dense and row-major
   * @param outputAddresses of its outputs; they overlap nothing but what {@link #inPlace} allows
   * @param scratchAddress of {@link #scratchBytes} bytes; 64-byte aligned
   */
  Bound bind(long[] inputAddresses, long[] outputAddresses, long scratchAddress);

  /**
   * Runs the kernel on memory of its own until the JVM has compiled it, or the time is over. Bits
   * do not depend on it; the first steps of a program are faster.
   */
  void warmUp(long nanos);

  /** A kernel on fixed memory; not to be run by two threads at once. */
  interface Bound {
    /** Runs to the end on this thread. Allocates nothing. */
    void run();
  }
}
