package dev.backplane.backend.cpu.warm;

/**
 * A form on memory of its own, which runs only so that the JVM compiles it. Vectors that are not
 * compiled are objects, and their operations are Java loops: the less of them is run, the sooner
 * the compiler is done with what matters.
 */
public interface Rehearsal extends AutoCloseable {
  /**
   * Enters every method, and has every loop go round as often as in earnest, with nothing done in
   * it: this is what makes the JVM compile them. Nothing where the form has no such way.
   */
  default void idle() {}

  /** Does a little of everything: this is what tells the JVM's compiler what is done in earnest. */
  void work();

  /** Frees the memory. */
  @Override
  default void close() {}
}
