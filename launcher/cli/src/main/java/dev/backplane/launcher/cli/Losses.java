package dev.backplane.launcher.cli;

import dev.backplane.Training;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The losses of a training's first steps.
 *
 * @param steps of each step alone
 * @param means after each step, the mean since its epoch began, as a training reports it
 */
record Losses(List<Double> steps, List<Double> means) {
  /** How many steps count as the first. */
  static final int FIRST = 10;

  /** Copies. */
  Losses {
    steps = List.copyOf(steps);
    means = List.copyOf(means);
  }

  /** Makes so many steps of a training that measures {@link StepLoss}. */
  static Losses of(Training training, int count) {
    var steps = new ArrayList<Double>();
    var means = new ArrayList<Double>();
    for (int i = 0; i < count; i++) {
      training.step();
      var metrics = training.metrics();
      steps.add(metrics.get(StepLoss.NAME));
      means.add(metrics.get("loss"));
    }
    return new Losses(steps, means);
  }

  /**
   * How far losses are from those expected, relative to these.
   *
   * @param first the largest distance among the first steps
   * @param last that of the last step
   * @param mean that of the reported mean at the last step
   */
  record Distance(double first, double last, double mean) {
    boolean within(double firstBound, double meanBound) {
      return first <= firstBound && mean <= meanBound;
    }
  }

  /** How far others, of as many steps, are from these. */
  Distance to(Losses found) {
    double first =
        IntStream.range(0, Math.min(FIRST, steps.size()))
            .mapToDouble(i -> distance(steps.get(i), found.steps.get(i)))
            .max()
            .orElse(0);
    return new Distance(
        first,
        distance(steps.getLast(), found.steps.getLast()),
        distance(means.getLast(), found.means.getLast()));
  }

  private static double distance(double expected, double found) {
    return expected == found ? 0 : Math.abs(found - expected) / Math.abs(expected);
  }
}
