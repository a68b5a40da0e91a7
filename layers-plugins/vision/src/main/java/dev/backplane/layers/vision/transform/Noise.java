package dev.backplane.layers.vision.transform;

/**
 * Normally distributed noise on every value.
 *
 * @param deviation its standard deviation, in the unit of the values: of 255 before {@link
 *     Normalize}, of 1 behind
 */
public record Noise(double deviation) implements ImageTransform {
  /** Checks the deviation. */
  public Noise {
    Checks.notNegative("Noise deviation", deviation);
  }

  @Override
  public void apply(Pixels from, Pixels to, Dice dice) {
    for (int i = 0; i < from.size().values(); i++) {
      to.values()[i] = (float) (from.values()[i] + deviation * dice.nextGaussian());
    }
  }
}
