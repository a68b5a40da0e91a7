package dev.backplane.layers.core.schedule;

/** Checks of numbers of steps. */
final class Steps {
  private Steps() {}

  static void positive(String what, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(what + ": expected 1 or more, found " + steps);
    }
  }
}
