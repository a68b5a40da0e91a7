package dev.backplane.launcher.cli;

import dev.backplane.Callback;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows how far a training is, until it is closed; closing is idempotent. */
interface ProgressDisplay extends Callback, AutoCloseable {
  @Override
  default void close() {}

  /** A bar on a terminal, a line for each epoch elsewhere; in the background not too many. */
  static ProgressDisplay forPeople(PrintWriter err) {
    if (err instanceof BackgroundLines) {
      return new NowAndThenLines(err);
    }
    return isOnTerminal() ? new ProgressBarOnTerminal() : new EpochLines(err);
  }

  /** Whether somebody looks at a terminal, where lines can be drawn anew. */
  static boolean isOnTerminal() {
    var console = System.console();
    return console != null && console.isTerminal();
  }

  /** Metrics as people read them. */
  static String text(Map<String, Double> metrics) {
    return metrics.entrySet().stream()
        .map(e -> String.format(Locale.ROOT, "%s %.4f", e.getKey(), e.getValue()))
        .collect(Collectors.joining("  "));
  }

  /** Samples per second as people read them. */
  static String rate(double samplesPerSecond) {
    return String.format(Locale.ROOT, "%,.0f samples/s", samplesPerSecond);
  }

  /** A line for each epoch. */
  record EpochLines(PrintWriter err) implements ProgressDisplay {
    @Override
    public void onEpoch(Progress progress) {
      err.printf(
          "epoch %d/%d  %s  %s%n",
          progress.epoch(),
          progress.epochs(),
          text(progress.metrics()),
          rate(progress.samplesPerSecond()));
    }
  }
}
