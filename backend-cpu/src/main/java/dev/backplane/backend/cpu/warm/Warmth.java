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
    if (left == 0) {
      return false;
    }
    if (runs < 2) {
      runs++;
      if (runs == 2) {
        warmer.add(this, cold);
      }
    } else if (news) {
      synchronized (this) {
        warm.forEach(Cold::adopt);
        left -= warm.size();
        warm.clear();
        news = false;
      }
    }
    return left > 0 && warmer.isEager();
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
