package dev.backplane.backend.cpu.warm;

/**
 * Tells by what runs allocate whether vectors are objects. A program may allocate for other reasons
 * as well: what it does in its slow forms alarms nobody. Watching costs 20 ns a run and allocates
 * nothing.
 */
final class Watch {
  /** So many runs, one after the other, that each allocate more than usual are no accident. */
  static final int MANY = 32;

  /** So many runs in slow forms, the last ones, are what is usual. */
  private static final int SLOW = 8;

  /**
   * What one run may allocate beyond the usual: the JVM links and customizes a call now and then.
   * Vectors that are objects make more, or little in each of {@link #MANY} runs.
   */
  private static final long LITTLE = 16 << 10;

  private final long[] slow = new long[SLOW];
  private int next;
  private int wanted;
  private long usual;
  private int more;
  private long before;

  /** A run begins. */
  void begin() {
    before = Allocated.bytes();
  }

  /** A run in slow forms has ended: it tells what is usual. */
  void endSlow() {
    slow[next] = Allocated.bytes() - before;
    next = (next + 1) % SLOW;
    wanted = Math.max(0, wanted - 1);
    usual = 0;
    for (long bytes : slow) {
      usual = Math.max(usual, bytes);
    }
    more = 0;
  }

  /** A run has ended; whether vectors are objects in it. */
  boolean endsInAlarm() {
    long beyond = Allocated.bytes() - before - usual;
    more = beyond > 0 ? more + 1 : 0;
    if (beyond <= LITTLE && more < MANY) {
      return false;
    }
    more = 0;
    return true;
  }

  /** What was usual may have changed: the next runs in slow forms tell. */
  void forget() {
    wanted = SLOW;
  }

  /** Whether what is usual is to be told by runs in slow forms first. */
  boolean wantsSlowRuns() {
    return wanted > 0;
  }
}
