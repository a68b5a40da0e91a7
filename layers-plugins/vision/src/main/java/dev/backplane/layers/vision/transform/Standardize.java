package dev.backplane.layers.vision.transform;

import java.util.List;

/**
 * (value - mean) / deviation, channel by channel.
 *
 * @param mean of each channel
 * @param deviation of each channel, positive
 */
public record Standardize(List<Double> mean, List<Double> deviation) implements ImageTransform {
  /** Copies and checks the lists. */
  public Standardize {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    Checks.that(
        !mean.isEmpty()
            && mean.size() == deviation.size()
            && mean.stream().allMatch(Double::isFinite),
        "Standardize mean",
        "a finite number for each of " + deviation.size() + " deviations",
        mean);
    Checks.that(
        deviation.stream().allMatch(d -> d > 0 && d < Double.POSITIVE_INFINITY),
        "Standardize deviation",
        "numbers above 0",
        deviation);
  }

  /** What models for ImageNet expect of red, green and blue from 0 to 1. */
  public static Standardize imageNet() {
    return new Standardize(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
  }

  @Override
  public Pixels.Size size(Pixels.Size size) {
    Checks.that(size.channels() == mean.size(), "Standardize", mean.size() + " channels", size);
    return size;
  }

  @Override
  public boolean real() {
    return true;
  }

  @Override
  public void apply(Pixels from, Pixels to, Dice dice) {
    int channels = from.size().channels();
    for (int c = 0; c < channels; c++) {
      double m = mean.get(c);
      double d = deviation.get(c);
      for (int i = c; i < from.size().values(); i += channels) {
        to.values()[i] = (float) ((from.values()[i] - m) / d);
      }
    }
  }
}
