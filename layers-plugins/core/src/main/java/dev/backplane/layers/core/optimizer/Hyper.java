package dev.backplane.layers.core.optimizer;

/** Checks of hyper-parameters. */
final class Hyper {
  private Hyper() {}

  static void share(String what, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(what + ": expected 0 or more and below 1, found " + value);
    }
  }

  static void positive(String what, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(what + ": expected a positive number, found " + value);
    }
  }
}
