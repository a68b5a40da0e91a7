package dev.backplane.backend.cpu.kernel;

/** What a generated class implements. */
interface Routine {
  /**
   * Runs all phases.
   *
   * @param addresses of the inputs, the outputs and the scratch memory
   */
  void run(long[] addresses);
}
