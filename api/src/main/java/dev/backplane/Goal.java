package dev.backplane;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Which figure says how good a model is, and which way is better: {@code
 * Goal.least("validation_loss")}, {@code Goal.most("validation_accuracy")}.
 *
 * @param figure a figure of each epoch, as {@link Callback.Progress#metrics} names it
 * @param higher whether more is better
 */
public record Goal(String figure, boolean higher) {
  /** The less, the better. */
  public static Goal least(String figure) {
    return new Goal(figure, false);
  }

  /** The more, the better. */
  public static Goal most(String figure) {
    return new Goal(figure, true);
  }

  /** Whether a value is better than another by more than {@code delta}; what is no number never. */
  public boolean isBetter(double value, double than, double delta) {
    if (Double.isNaN(than)) {
      return !Double.isNaN(value);
    }
    return higher ? value > than + delta : value < than - delta;
  }

  /** The value of the figure in an epoch; not a number where it was not measured. */
  public double of(Map<String, Double> figures) {
    return figures.getOrDefault(figure, Double.NaN);
  }

  /** The first of the best epochs, from 0; empty where the figure was a number in none. */
  public OptionalInt best(List<Map<String, Double>> history) {
    int best = -1;
    for (int i = 0; i < history.size(); i++) {
      if (isBetter(of(history.get(i)), best < 0 ? Double.NaN : of(history.get(best)), 0)) {
        best = i;
      }
    }
    return best < 0 ? OptionalInt.empty() : OptionalInt.of(best);
  }

  /**
   * Refuses to wait for a figure that no epoch will have.
   *
   * @param known the figures that will be measured
   * @throws IllegalArgumentException naming the figure and those there are
   */
  public void require(List<String> known) {
    if (!known.contains(figure)) {
      throw new IllegalArgumentException(
          "goal: no figure \"" + figure + "\" is measured; expected one of " + known);
    }
  }

  /** As in {@code least validation_loss}. */
  @Override
  public String toString() {
    return (higher ? "most " : "least ") + figure;
  }
}
