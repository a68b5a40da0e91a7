package dev.backplane.layers.vision.transform;

/**
 * A rectangle from anywhere, each place as likely.
 *
 * @param height rows
 * @param width columns
 */
public record RandomCrop(int height, int width) implements ImageTransform {
  /** Checks the size. */
  public RandomCrop {
    Checks.atLeastOne("RandomCrop height", height);
    Checks.atLeastOne("RandomCrop width", width);
  }

  @Override
  public Pixels.Size size(Pixels.Size size) {
    Checks.within("RandomCrop", height, width, size);
    return new Pixels.Size(height, width, size.channels());
  }

  @Override
  public void apply(Pixels from, Pixels to, Dice dice) {
    Checks.copy(
        from,
        to,
        dice.nextInt(from.size().height() - height + 1),
        dice.nextInt(from.size().width() - width + 1));
  }
}
