package dev.backplane.layers.vision.transform;

/**
 * Left and right exchanged, now and then.
 *
 * @param probability how often, 0 to 1
 */
public record Flip(double probability) implements ImageTransform {
  /** Checks the probability. */
  public Flip {
    Checks.that(probability >= 0 && probability <= 1, "Flip probability", "0 to 1", probability);
  }

  /** Every other time. */
  public Flip() {
    this(0.5);
  }

  @Override
  public void apply(Pixels from, Pixels to, Dice dice) {
    var size = from.size();
    if (dice.nextDouble() >= probability) {
      Checks.copy(from, to, 0, 0);
      return;
    }
    for (int row = 0; row < size.height(); row++) {
      for (int column = 0; column < size.width(); column++) {
        System.arraycopy(
            from.values(),
            from.index(row, size.width() - 1 - column),
            to.values(),
            to.index(row, column),
            size.channels());
      }
    }
  }
}
