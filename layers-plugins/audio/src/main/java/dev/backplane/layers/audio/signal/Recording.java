package dev.backplane.layers.audio.signal;

/**
 * Sound as numbers: samples from -1 to 1, of each instant one per channel, one behind the other.
 * Immutable.
 */
public final class Recording {
  private final int rate;
  private final int channels;
  private final float[] samples;

  /**
   * Takes the samples, without copying them: they must not be changed any more.
   *
   * @param rate samples a second, of each channel
   * @param channels 1 for mono, 2 for stereo
   * @param samples [frames · channels]
   * @throws IllegalArgumentException if rate or channels are below 1, or the samples are no whole
   *     frames
   */
  public Recording(int rate, int channels, float[] samples) {
    if (rate < 1 || channels < 1 || samples.length % channels != 0) {
      throw new IllegalArgumentException(
          "recording: expected a rate and channels of 1 or more and whole frames, found "
              + "%d Hz, %d channels, %d samples".formatted(rate, channels, samples.length));
    }
    this.rate = rate;
    this.channels = channels;
    this.samples = samples;
  }

  /** A recording of one channel. */
  public static Recording mono(int rate, float[] samples) {
    return new Recording(rate, 1, samples);
  }

  /** Samples a second. */
  public int rate() {
    return rate;
  }

  /** Samples of each instant. */
  public int channels() {
    return channels;
  }

  /** Instants. */
  public int frames() {
    return samples.length / channels;
  }

  /** How long it lasts. */
  public double seconds() {
    return frames() / (double) rate;
  }

  /** One sample. */
  public float sample(int frame, int channel) {
    return samples[frame * channels + channel];
  }

  /** A copy of the samples [frames · channels]. */
  public float[] samples() {
    return samples.clone();
  }

  /** One channel: the mean of all. */
  public Recording mixed() {
    if (channels == 1) {
      return this;
    }
    var mono = new float[frames()];
    for (int i = 0; i < mono.length; i++) {
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        sum += sample(i, c);
      }
      mono[i] = (float) (sum / channels);
    }
    return mono(rate, mono);
  }

  /**
   * How many samples lie in runs of three or more at the same full scale: where the sound was too
   * loud for the recorder. A single sample may touch full scale by itself.
   */
  public int clipped() {
    int clipped = 0;
    for (int c = 0; c < channels; c++) {
      int run = 0;
      for (int i = 0; i < frames(); i++) {
        float x = sample(i, c);
        boolean full = Math.abs(x) >= FULL_SCALE;
        boolean goesOn = full && run > 0 && Math.signum(x) == Math.signum(sample(i - 1, c));
        run = goesOn ? run + 1 : full ? 1 : 0;
        clipped += run == RUN ? RUN : run > RUN ? 1 : 0;
      }
    }
    return clipped;
  }

  /** 127 of 128: what 8 bits can say at most. */
  private static final float FULL_SCALE = 127 / 128f;

  private static final int RUN = 3;

  /** Rate, channels and length. */
  @Override
  public String toString() {
    return "%d Hz, %d channel%s, %.2f s"
        .formatted(rate, channels, channels == 1 ? "" : "s", seconds());
  }
}
