package dev.backplane.recipes;

import dev.backplane.data.Examples;
import dev.backplane.data.Splitting;

/**
 * One part of cross-validation.
 *
 * @param number which is held out, from 1
 * @param folds into how many parts the training examples are divided
 */
public record Fold(int number, int folds) {
  /** The training examples without this part, and the part. */
  public Splitting.Split split(Splitting by, Examples train) {
    return by.folds(train, folds).get(number - 1);
  }
}
