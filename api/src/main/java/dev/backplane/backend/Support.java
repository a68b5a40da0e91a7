package dev.backplane.backend;

/** Whether a device runs an op. */
public sealed interface Support {
  /** It runs it itself. */
  record Native() implements Support {}

  /**
   * It runs what a composite decomposes into; only for composites.
   *
   * @param reason why not natively
   */
  record ByDecomposition(String reason) implements Support {}

  /**
   * It does not run it.
   *
   * @param reason why, and what would change that
   */
  record No(String reason) implements Support {}
}
