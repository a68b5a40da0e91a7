package dev.backplane.backend.cpu.thread;

/** What a {@link Crew} does: rounds one after the other, each of parts that may run at once. */
public interface Work {
  /** The number of rounds. */
  int rounds();

  /** The number of parts of a round, at most as many as the crew has threads. */
  int parts(int round);

  /** Runs a part of a round on the calling thread. */
  void run(int round, int part);
}
