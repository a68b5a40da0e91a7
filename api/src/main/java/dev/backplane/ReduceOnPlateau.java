package dev.backplane;

import java.util.List;
import java.util.Map;

/**
 * Lowers the learning rate by a factor whenever the goal has not come nearer for some epochs: what
 * others call ReduceLROnPlateau. It is the only one then to set {@link
 * Callback.Progress#rateFactor}. It looks at the figures of all epochs, those before a resume
 * included.
 *
 * @param goal what is to become better
 * @param factor on the learning rate, greater than 0, less than 1
 * @param patience how many epochs in a row may bring nothing better, at least 1
 * @param delta by how much a value must be better to count, 0 or more
 * @param least the least the product of factors becomes, 0 or more
 */
public record ReduceOnPlateau(Goal goal, double factor, int patience, double delta, double least)
    implements Callback {
  /** Checks the numbers. */
  public ReduceOnPlateau {
    Plateau.check("reduce on plateau", patience, delta);
    if (!(factor > 0 && factor < 1)) {
      throw new IllegalArgumentException(
          "reduce on plateau: expected a factor between 0 and 1, found " + factor);
    }
    if (!(least >= 0 && least < 1)) {
      throw new IllegalArgumentException(
          "reduce on plateau: expected a least factor from 0 to less than 1, found " + least);
    }
  }

  /** Any improvement counts, and the rate may become as low as it does. */
  public ReduceOnPlateau(Goal goal, double factor, int patience) {
    this(goal, factor, patience, 0, 0);
  }

  @Override
  public void onStart(Progress progress) {
    goal.require(progress.figures());
  }

  @Override
  public void onEpoch(Progress progress) {
    progress.rateFactor(factorAfter(progress.history()));
  }

  /** The factor on the learning rate after these epochs. */
  public double factorAfter(List<Map<String, Double>> history) {
    return Math.max(least, Math.pow(factor, Plateau.reached(goal, patience, delta, history)));
  }
}
