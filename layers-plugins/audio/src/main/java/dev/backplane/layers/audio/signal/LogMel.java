package dev.backplane.layers.audio.signal;

/**
 * How loud each mel band is in each frame: ln(power + floor).
 *
 * @param stft frames and frequencies
 * @param filters the bands; of the recordings' rate
 * @param floor added to the power, so that silence has a logarithm; positive
 */
public record LogMel(Stft stft, MelFilters filters, double floor) {
  /** Checks the floor. */
  public LogMel {
    if (!(floor > 0 && floor < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("LogMel floor: expected more than 0, found " + floor);
    }
  }

  /**
   * Windows of 25 ms every 10 ms, a floor of 1e-6.
   *
   * @param rate samples a second of the recordings
   * @param bands how many mel bands
   */
  public static LogMel of(int rate, int bands) {
    int window = rate / 40;
    int size = Math.max(2, Integer.highestOneBit(Math.max(1, window - 1)) * 2);
    return new LogMel(new Stft(size, window, rate / 100), MelFilters.of(bands, rate), 1e-6);
  }

  /**
   * The features [frames][bands] of a recording. It is mixed to one channel and resampled where it
   * must be. One too short for a transform is taken to be silent beyond its end.
   */
  public float[][] of(Recording recording) {
    var mono = Resampling.to(filters.rate(), recording.mixed());
    var samples = mono.samples();
    if (samples.length <= stft.size() / 2) {
      samples = java.util.Arrays.copyOf(samples, stft.size() / 2 + 1);
    }
    return of(samples);
  }

  private float[][] of(float[] samples) {
    var powers = stft.power(samples);
    var weights = filters.weights(stft.bins());
    var features = new float[powers.length][weights.length];
    for (int frame = 0; frame < powers.length; frame++) {
      for (int band = 0; band < weights.length; band++) {
        double sum = 0;
        for (int k = 0; k < weights[band].length; k++) {
          sum += weights[band][k] * powers[frame][k];
        }
        features[frame][band] = (float) Math.log(sum + floor);
      }
    }
    return features;
  }
}
