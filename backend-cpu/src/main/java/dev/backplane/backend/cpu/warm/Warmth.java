package dev.backplane.backend.cpu.warm;

import java.util.ArrayList;
import java.util.List;

/**
 * How warm one program is. What runs once, such as the first values of parameters, is done before
 * anything would have been compiled: so it stays as it is, and from the second run on its faster
 * forms are warmed up beside the runs.
 */
public final class Warmth {
  private final Warmer warmer;
  private final List<Cold> cold;
  private int left;
  private int runs;

  /** So many runs a form that was adopted is watched. */
  private static final int WATCHED = 5_000;

  /**
   * What a run may allocate: the JVM links and customizes a call now and then. Vectors that are
   * objects make more.
   */
  private static final long LITTLE = 16 << 10;

  /** As often a program goes back: forms that never keep what they were compiled to are rare. */
  private static final int MOST_RETREATS = 5;

  /** Those that were adopted and are watched. */
  private final List<Cold> watched = new ArrayList<>();

  private int watching;
  private int retreats;
  private long before;

  /** Of those that are {@link #warm} but not adopted; filled by the warmer. */
  private final List<Cold> warm = new ArrayList<>();

  private volatile boolean news;
  private volatile boolean ended;

  /**
   * Of a program that has not run.
   *
   * @param cold those of its parts that have a faster form to come
   */
  public Warmth(Warmer warmer, List<Cold> cold) {
    this.warmer = warmer;
    this.cold = List.copyOf(cold);
    left = cold.size();
  }

  /**
   * To be called before every run, while nothing of the program runs. Allocates nothing.
   *
   * @return whether the JVM's compiler is wanted: the program has forms that are not warm, and the
   *     warmer has not slackened yet
   */
  public boolean beforeRun() {
    if (left > 0) {
      adopt();
    }
    if (watching > 0) {
      before = Allocated.bytes();
    }
    return left > 0 && warmer.isEager();
  }

  private void adopt() {
    if (runs < 2) {
      runs++;
      if (runs == 2) {
        warmer.add(this, cold);
      }
    } else if (news) {
      synchronized (this) {
        warm.forEach(Cold::adopt);
        left -= warm.size();
        watched.addAll(warm);
        warm.clear();
        news = false;
      }
      watching = retreats < MOST_RETREATS ? WATCHED : 0;
    }
  }

  /**
   * To be called after every run. What was compiled for a rehearsal may meet in earnest what its
   * compiler did not count on: then the JVM throws the code away and makes objects of vectors until
   * it has compiled it anew. Meanwhile the program goes back to its slow forms. Allocates nothing
   * where the run did not.
   */
  public void afterRun() {
    if (watching == 0) {
      return;
    }
    watching--;
    if (Allocated.bytes() - before > LITTLE) {
      retreats++;
      left += watched.size();
      watched.forEach(Cold::retreat);
      warmer.add(this, List.copyOf(watched));
      watching = 0;
    }
    if (watching == 0) {
      watched.clear();
    }
  }

  /** One of its parts is warm. */
  synchronized void warm(Cold part) {
    warm.add(part);
    news = true;
  }

  /** The program is closed. */
  public void end() {
    ended = true;
  }

  boolean hasEnded() {
    return ended;
  }
}
