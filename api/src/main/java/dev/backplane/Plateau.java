package dev.backplane;

import java.util.List;
import java.util.Map;

/** Where a goal comes no nearer. */
final class Plateau {
  private Plateau() {}

  static void check(String who, int patience, double delta) {
    if (patience < 1) {
      throw new IllegalArgumentException(
          who + ": expected a patience of 1 epoch or more, found " + patience);
    }
    if (!(delta >= 0 && delta < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          who + ": expected a finite delta of 0 or more, found " + delta);
    }
  }

  /** How often {@code patience} epochs in a row brought nothing better than the best before. */
  static int reached(Goal goal, int patience, double delta, List<Map<String, Double>> history) {
    double best = Double.NaN;
    int waited = 0;
    int times = 0;
    for (var figures : history) {
      double value = goal.of(figures);
      if (goal.isBetter(value, best, delta)) {
        best = value;
        waited = 0;
      } else if (++waited == patience) {
        times++;
        waited = 0;
      }
    }
    return times;
  }
}
