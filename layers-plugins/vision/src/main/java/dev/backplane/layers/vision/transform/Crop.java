package dev.backplane.layers.vision.transform;

/**
 * A rectangle out of the middle.
 *
 * @param height rows
 * @param width columns
 */
public record Crop(int height, int width) implements ImageTransform {
  /** Checks the size. */
  public Crop {
    Checks.atLeastOne("Crop height", height);
    Checks.atLeastOne("Crop width", width);
  }

  @Override
  public Pixels.Size size(Pixels.Size size) {
    Checks.within("Crop", height, width, size);
    return new Pixels.Size(height, width, size.channels());
  }

  @Override
  public void apply(Pixels from, Pixels to, Dice dice) {
    Checks.copy(from, to, (from.size().height() - height) / 2, (from.size().width() - width) / 2);
  }
}
