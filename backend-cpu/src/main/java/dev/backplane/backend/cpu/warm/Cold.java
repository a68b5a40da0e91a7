package dev.backplane.backend.cpu.warm;

/**
 * What runs in a slow form until a fast one of the same bits is compiled by the JVM. All but {@link
 * #adopt} is for the thread of the {@link Warmer}.
 */
public interface Cold {
  /** What it is, for messages. */
  String name();

  /** Makes the fast form, on memory of its own. Whatever runs meanwhile is not disturbed. */
  Rehearsal rehearse();

  /**
   * Lets the fast form that was rehearsed run from now on; called after it was found to be
   * compiled, by who runs the slow one, while it does not run.
   */
  void adopt();

  /** Goes back to the slow form, until the fast one is adopted again. Called by who runs it. */
  void retreat();
}
