package dev.backplane.layers.audio.signal;

/**
 * Triangular filters, evenly spaced on the mel scale 2595 · log10(1 + f / 700) (O'Shaughnessy,
 * 1987), as {@code torchaudio.functional.melscale_fbanks} makes them at its defaults: each rises
 * from its neighbour's centre to 1 and falls to the next one's.
 *
 * @param filters how many
 * @param rate samples a second of the recordings
 * @param lowest where the first begins, in Hz
 * @param highest where the last ends, in Hz; at most half the rate
 */
public record MelFilters(int filters, int rate, double lowest, double highest) {
  /** Checks numbers and order. */
  public MelFilters {
    if (filters < 1) {
      throw new IllegalArgumentException(
          "MelFilters filters: expected 1 or more, found " + filters);
    }
    if (!(lowest >= 0 && lowest < highest && highest <= rate / 2.0)) {
      throw new IllegalArgumentException(
          "MelFilters: expected 0 ≤ lowest < highest ≤ half of %d Hz, found %s to %s Hz"
              .formatted(rate, lowest, highest));
    }
  }

  /** From 0 Hz to half the rate. */
  public static MelFilters of(int filters, int rate) {
    return new MelFilters(filters, rate, 0, rate / 2.0);
  }

  /**
   * The weights [filters][bins] on frequencies evenly spaced from 0 to half the rate.
   *
   * @throws IllegalArgumentException if a filter is so narrow that it sees no frequency
   */
  public double[][] weights(int bins) {
    double low = mel(lowest);
    double step = step();
    var weights = new double[filters][bins];
    for (int m = 0; m < filters; m++) {
      double left = hertzOf(low + m * step);
      double centre = hertzOf(low + (m + 1) * step);
      double right = hertzOf(low + (m + 2) * step);
      double sum = 0;
      for (int k = 0; k < bins; k++) {
        double f = k * (rate / 2.0) / (bins - 1);
        double up = (f - left) / (centre - left);
        double down = (right - f) / (right - centre);
        weights[m][k] = Math.max(0, Math.min(up, down));
        sum += weights[m][k];
      }
      if (sum == 0) {
        throw new IllegalArgumentException(
            "MelFilters: filter %d (%.0f to %.0f Hz) holds none of %d frequencies of %d Hz: expected fewer filters or a larger transform"
                .formatted(m, left, right, bins, rate));
      }
    }
    return weights;
  }

  /** The frequency at the centre of a band; of a number between bands, one between theirs. */
  public double hertz(double band) {
    return hertzOf(mel(lowest) + (band + 1) * step());
  }

  /** The band whose centre is at a frequency, a number between those of bands: inverse of hertz. */
  public double band(double hertz) {
    return (mel(hertz) - mel(lowest)) / step() - 1;
  }

  private double step() {
    return (mel(highest) - mel(lowest)) / (filters + 1);
  }

  private static double mel(double hertz) {
    return 2595 * Math.log10(1 + hertz / 700);
  }

  private static double hertzOf(double mel) {
    return 700 * (Math.pow(10, mel / 2595) - 1);
  }
}
