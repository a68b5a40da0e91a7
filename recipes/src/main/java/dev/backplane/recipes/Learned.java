package dev.backplane.recipes;

import dev.backplane.data.Examples;
import dev.backplane.data.Recipe.Plan;
import dev.backplane.data.Splitting;
import java.util.Optional;

/**
 * The training examples of a recipe, of which cross-validation may hold a part out.
 *
 * @param train what is learned from
 * @param held the part, where one is held out
 */
public record Learned(Examples train, Optional<Examples> held) {
  /** All of them, or all but a fold, which has its share of each class. */
  public static Learned of(Optional<Fold> fold, Examples train, long seed) {
    return fold.map(f -> f.split(Splitting.stratified(seed), train))
        .map(split -> new Learned(split.train(), Optional.of(split.held())))
        .orElseGet(() -> new Learned(train, Optional.empty()));
  }

  /** The plan with the part that is held out, where there is one. */
  public Plan in(Plan plan) {
    return held.map(plan::withValidation).orElse(plan);
  }
}
