package dev.backplane.backend.cpu.thread;

/**
 * What a {@link Crew} does: rounds one after the other, each of parts that may run at once. Which
 * round comes next may depend on what the last one found.
 */
public interface Work {
  /** The number of rounds; they have the numbers below it. */
  int rounds();

  /** The first round; {@link #rounds} where there is none. */
  default int first() {
    return 0;
  }

  /**
   * The round behind one that has just ended; {@link #rounds} behind the last. Asked once each time
   * a round ends, by the thread that ended it.
   */
  default int next(int round) {
    return round + 1;
  }

  /** The number of parts of a round, at most as many as the crew has threads. */
  int parts(int round);

  /** The greatest number of parts that a round has. */
  default int width() {
    int greatest = 0;
    for (int round = 0; round < rounds(); round++) {
      greatest = Math.max(greatest, parts(round));
    }
    return greatest;
  }

  /** Runs a part of a round on the calling thread. */
  void run(int round, int part);
}
