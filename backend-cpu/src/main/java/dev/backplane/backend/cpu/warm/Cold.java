package dev.backplane.backend.cpu.warm;

import java.util.Optional;

/**
 * What runs in a slow form, the scalar one, until a fast one of the same bits is compiled by the
 * JVM. To {@link #rehearse} is for the thread of the {@link Warmer}.
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

  /** Keeps the slow form for good. Called while that runs, by who found out why. */
  void giveUp(String why);

  /** Why the slow form runs, in a word or two; empty while the fast one does. For any thread. */
  Optional<String> slowBecause();

  /**
   * Which form runs at this moment, as reports name it.
   *
   * @param cold the way to a faster form, where there is one
   * @param best the fast form, or the only one
   */
  static String running(Optional<Cold> cold, String best) {
    return cold.flatMap(Cold::slowBecause).map(why -> "scalar (" + why + ")").orElse(best);
  }
}
