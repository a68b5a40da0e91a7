package dev.backplane;

import java.util.List;
import java.util.Map;

/**
 * Ends a training when its goal has not come nearer for some epochs (Prechelt 1998). It looks at
 * the figures of all epochs, those before a resume included: a resumed run ends where an
 * uninterrupted one would. To keep the weights of the best epoch see {@link Trainer#keepBest}.
 *
 * @param goal what is to become better
 * @param patience how many epochs in a row may bring nothing better, at least 1
 * @param delta by how much a value must be better to count, 0 or more
 */
public record EarlyStopping(Goal goal, int patience, double delta) implements Callback {
  /** Checks the numbers. */
  public EarlyStopping {
    Plateau.check("early stopping", patience, delta);
  }

  /** Waits for any improvement, however small. */
  public EarlyStopping(Goal goal, int patience) {
    this(goal, patience, 0);
  }

  @Override
  public void onStart(Progress progress) {
    goal.require(progress.figures());
    onEpoch(progress);
  }

  @Override
  public void onEpoch(Progress progress) {
    if (isOver(progress.history())) {
      progress.stop();
    }
  }

  /** Whether a training of these epochs has ended. */
  public boolean isOver(List<Map<String, Double>> history) {
    return Plateau.reached(goal, patience, delta, history) > 0;
  }
}
