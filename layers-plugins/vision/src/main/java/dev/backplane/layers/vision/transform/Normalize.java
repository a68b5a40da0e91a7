package dev.backplane.layers.vision.transform;

/** From 0 … 255 to 0 … 1. */
public record Normalize() implements ImageTransform {
  @Override
  public boolean real() {
    return true;
  }

  @Override
  public void apply(Pixels from, Pixels to, Dice dice) {
    for (int i = 0; i < from.size().values(); i++) {
      to.values()[i] = from.values()[i] / 255f;
    }
  }
}
