package dev.backplane.layers.vision.transform;

/** What the transforms ask of their settings. */
final class Checks {
  private Checks() {}

  static void atLeastOne(String what, int number) {
    that(number >= 1, what, "1 or more", number);
  }

  static void notNegative(String what, double number) {
    that(number >= 0 && number < Double.POSITIVE_INFINITY, what, "0 or more", number);
  }

  static void that(boolean holds, String what, String expected, Object found) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": expected " + expected + ", found " + found);
    }
  }

  /** A cut of some size must fit into the picture. */
  static void within(String what, int height, int width, Pixels.Size size) {
    that(
        height <= size.height() && width <= size.width(),
        what,
        "a picture of at least " + height + " × " + width,
        size);
  }

  /** Copies the rectangle of the target's size that begins somewhere in the source. */
  static void copy(Pixels from, Pixels to, int top, int left) {
    int length = to.size().width() * to.size().channels();
    for (int row = 0; row < to.size().height(); row++) {
      System.arraycopy(
          from.values(), from.index(top + row, left), to.values(), to.index(row, 0), length);
    }
  }
}
