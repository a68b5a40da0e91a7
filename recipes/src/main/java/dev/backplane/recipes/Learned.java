package dev.backplane.recipes;

import dev.backplane.data.Examples;
import dev.backplane.data.Recipe.Plan;
import dev.backplane.data.Splitting;
import java.util.Optional;

/**
 * The training examples of a recipe, of which a part may be held out.
 *
 * @param train what is learned from
 * @param held the part, where one is held out
 */
public record Learned(Examples train, Optional<Examples> held) {
  /** All of them, or all but a fold, which has its share of each class. */
  public static Learned of(Optional<Fold> fold, Examples train, long seed) {
    return of(fold, train, 0, seed);
  }

  /**
   * All but a fold; or, where no fold is asked for, all but a share. Each has its share of each
   * class.
   *
   * @param share 0 for none
   */
  public static Learned of(Optional<Fold> fold, Examples train, double share, long seed) {
    var by = Splitting.stratified(seed);
    var split =
        fold.map(f -> f.split(by, train))
            .or(() -> share == 0 ? Optional.empty() : Optional.of(by.holdOut(train, share)));
    return split
        .map(s -> new Learned(s.train(), Optional.of(s.held())))
        .orElseGet(() -> new Learned(train, Optional.empty()));
  }

  /** The plan with the part that is held out, where there is one. */
  public Plan in(Plan plan) {
    return held.map(plan::withValidation).orElse(plan);
  }
}
