package dev.backplane.tck;

/** What became of a case. */
public sealed interface CaseResult {
  /** The case. */
  Case subject();

  /**
   * Within the tolerance.
   *
   * @param subject the case
   * @param ulps the largest distance from the oracle, in units of the last place
   */
  record Passed(Case subject, double ulps) implements CaseResult {}

  /**
   * Wrong values, or an exception.
   *
   * @param subject the case
   * @param message what was expected, what was found, and how to repeat it
   */
  record Failed(Case subject, String message) implements CaseResult {}

  /**
   * The device says itself that it does not run the op on these types.
   *
   * @param subject the case
   * @param reason the device's words
   */
  record DeclaredUnsupported(Case subject, String reason) implements CaseResult {}
}
