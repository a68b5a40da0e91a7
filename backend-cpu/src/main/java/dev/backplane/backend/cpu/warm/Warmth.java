package dev.backplane.backend.cpu.warm;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/**
 * How warm one program is. What runs once, such as the first values of parameters, is done before
 * anything would have been compiled: so it stays as it is, and from the second run on its faster
 * forms are warmed up beside the runs.
 *
 * <p>What was compiled for a rehearsal may meet in earnest what its compiler did not count on: then
 * the JVM throws the code away and makes objects of vectors, until it has compiled it anew or for
 * ever. Therefore every run is watched. As long as nothing happens, whatever is warm is adopted at
 * once. After an alarm fast forms are adopted again in smaller batches, each on probation, down to
 * a single one, so that it is known which of them it was; those that are innocent are soon adopted
 * again, and one that is found guilty too often stays in its slow form for good.
 *
 * <p>That ends, whatever the JVM does: an alarm on probation halves the batch or is a strike
 * against its only form; one after it makes probations longer, so that what shows late is caught on
 * probation next time.
 */
public final class Warmth {
  /** What was found guilty so often makes objects for good. */
  private static final int STRIKES = 3;

  /** Runs on probation, at first: what was compiled wrongly shows in the first ones mostly. */
  private static final int SHORTEST_PROBATION = 100;

  private static final int LONGEST_PROBATION = 1 << 24;

  private final Warmer warmer;
  private final List<Part> parts;
  private final Watch watch = new Watch();
  private int runs;

  /** How many the warmer has. */
  private int left;

  /** Those that are warm and wait for their probation. */
  private final List<Part> ready;

  /** Those that run in their fast form on probation. */
  private final List<Part> onProbation;

  /** Those whose fast forms have been through their probation. */
  private final List<Part> trusted;

  /** Those that an alarm took off probation, while it is seen whether that has ended it. */
  private final List<Part> accused;

  /** How many may be on probation at once. */
  private int batch;

  /** How many might before the last alarm on probation. */
  private int batchBefore;

  private int probation = SHORTEST_PROBATION;

  /** Runs until the end of the probation, or until the accused are guilty. */
  private int remaining;

  /** Of those that are {@link #warm} but not ready; filled by the warmer. */
  private final List<Part> warm;

  private volatile boolean news;
  private volatile boolean ended;

  /**
   * Of a program that has not run.
   *
   * @param cold those of its parts that have a faster form to come
   */
  public Warmth(Warmer warmer, List<Cold> cold) {
    this.warmer = warmer;
    parts = cold.stream().map(each -> new Part(this, each)).toList();
    left = parts.size();
    batch = parts.size();
    batchBefore = batch;
    ready = new ArrayList<>(left);
    onProbation = new ArrayList<>(left);
    trusted = new ArrayList<>(left);
    accused = new ArrayList<>(left);
    warm = new ArrayList<>(left);
  }

  /**
   * To be called before every run, while nothing of the program runs. Allocates nothing.
   *
   * @return whether the JVM's compiler is wanted: the program has forms that are not warm, and the
   *     warmer has not slackened yet
   */
  public boolean beforeRun() {
    if (parts.isEmpty()) {
      return false;
    }
    if (runs < 2) {
      runs++;
      if (runs == 2) {
        warmer.add(parts);
      }
    } else {
      adopt();
    }
    watch.begin();
    return left > 0 && warmer.isEager();
  }

  private void adopt() {
    if (news) {
      synchronized (this) {
        ready.addAll(warm);
        left -= warm.size();
        warm.clear();
        news = false;
      }
    }
    if (ready.isEmpty() || !accused.isEmpty() || watch.wantsSlowRuns()) {
      return;
    }
    while (!ready.isEmpty() && onProbation.size() < batch) {
      var part = ready.removeFirst();
      part.cold().adopt();
      onProbation.add(part);
      remaining = probation;
    }
  }

  /**
   * To be called after every run, by the thread that called {@link #beforeRun}. What one thread
   * allocates tells of all: they run parts of the same kernels. Allocates nothing where the run did
   * not.
   */
  public void afterRun() {
    if (runs < 2) {
      return;
    }
    if (!accused.isEmpty()) {
      hear();
    } else if (!onProbation.isEmpty()) {
      tryOut();
    } else if (trusted.isEmpty()) {
      watch.endSlow();
    } else if (watch.endsInAlarm()) {
      retreat();
    }
  }

  private void tryOut() {
    if (watch.endsInAlarm()) {
      onProbation.forEach(part -> part.cold().retreat());
      move(onProbation, accused);
      batchBefore = batch;
      batch = Math.max(1, accused.size() / 2);
      remaining = Watch.MANY;
    } else if (--remaining == 0) {
      move(onProbation, trusted);
      batch = Math.min(parts.size(), 2 * batch);
    }
  }

  /** The accused are guilty if without them nobody alarms. */
  private void hear() {
    if (watch.endsInAlarm()) {
      log("it is not " + names(accused));
      if (trusted.isEmpty()) {
        acquit();
      } else {
        retreat();
      }
    } else if (--remaining == 0) {
      log("vectors are objects in " + names(accused));
      if (accused.size() > 1 || accused.getFirst().strike() < STRIKES) {
        warmUp(accused);
      } else {
        log(names(accused) + " stays as it is: the JVM's compiler does not keep to what it made");
        accused.forEach(part -> part.cold().giveUp("allocated"));
        accused.clear();
      }
    }
  }

  /**
   * No fast form ran at all: what is usual has changed, as it does in the first runs, and that is
   * evidence against nobody. Where a step takes half a second, trying them out by ones would take
   * many minutes.
   */
  private void acquit() {
    batch = batchBefore;
    watch.forget();
    move(accused, ready);
  }

  /**
   * All go back to their slow forms. What alarms so late is to be caught on probation next time.
   */
  private void retreat() {
    log("all go back: " + names(trusted));
    trusted.forEach(part -> part.cold().retreat());
    batch = Math.max(1, trusted.size() / 2);
    probation = Math.min(LONGEST_PROBATION, 2 * probation);
    watch.forget();
    warmUp(accused);
    warmUp(trusted);
  }

  private void warmUp(List<Part> again) {
    left += again.size();
    warmer.add(again);
    again.clear();
  }

  private static void move(List<Part> from, List<Part> to) {
    to.addAll(from);
    from.clear();
  }

  private static String names(List<Part> parts) {
    return parts.stream().map(part -> part.cold().name()).toList().toString();
  }

  private static void log(String message) {
    System.getLogger(Warmth.class.getName()).log(Level.DEBUG, message);
  }

  /** One of its parts is warm. */
  synchronized void warm(Part part) {
    warm.add(part);
    news = true;
  }

  /** The program is closed. */
  public void end() {
    ended = true;
  }

  /** Whether each part runs in the form that it keeps unless there is an alarm. */
  boolean isSettled() {
    return left == 0 && ready.isEmpty() && onProbation.isEmpty() && accused.isEmpty();
  }

  boolean hasEnded() {
    return ended;
  }
}
