package dev.backplane.launcher.cli;

import java.io.PrintWriter;

/** A line for an epoch at most every second, and for the last one: others write there, too. */
final class NowAndThenLines implements ProgressDisplay {
  private static final long NANOS = 1_000_000_000L;

  private final EpochLines lines;
  private long last = System.nanoTime() - NANOS;

  NowAndThenLines(PrintWriter err) {
    lines = new EpochLines(err);
  }

  @Override
  public void onEpoch(Progress progress) {
    long now = System.nanoTime();
    if (now - last >= NANOS || progress.epoch() == progress.epochs()) {
      last = now;
      lines.onEpoch(progress);
    }
  }
}
