package dev.backplane.layers.audio.signal;

import java.math.BigInteger;

/**
 * Changes the rate of a recording by band-limited interpolation: a sinc low-pass filter under a
 * Hann window (J. O. Smith, Digital audio resampling), six zero crossings to a side, rolled off at
 * 0.99 of the lower rate's half: the filter of {@code torchaudio.functional.resample} at its
 * defaults.
 */
public final class Resampling {
  private static final int ZERO_CROSSINGS = 6;
  private static final double ROLL_OFF = 0.99;

  private Resampling() {}

  /**
   * The recording at another rate: ⌈frames · to / from⌉ frames. Beyond its ends it is taken for
   * silent.
   *
   * @throws IllegalArgumentException if the rate is below 1
   */
  public static Recording to(int rate, Recording recording) {
    if (rate < 1) {
      throw new IllegalArgumentException(
          "resampling: expected a rate of 1 Hz or more, found " + rate);
    }
    if (rate == recording.rate()) {
      return recording;
    }
    int common = BigInteger.valueOf(rate).gcd(BigInteger.valueOf(recording.rate())).intValueExact();
    int up = rate / common;
    int down = recording.rate() / common;
    double cutOff = Math.min(up, down) * ROLL_OFF;
    int width = (int) Math.ceil(ZERO_CROSSINGS * down / cutOff);
    int channels = recording.channels();
    int frames = Math.toIntExact(Math.ceilDiv((long) recording.frames() * up, down));
    var samples = new float[Math.multiplyExact(frames, channels)];
    var kernel = new double[down + 2 * width];
    // The outputs of one phase share their filter.
    for (int phase = 0; phase < Math.min(up, frames); phase++) {
      fill(kernel, phase / (double) up, width, down, cutOff);
      for (int n = phase, block = 0; n < frames; n += up, block++) {
        for (int c = 0; c < channels; c++) {
          samples[n * channels + c] = filtered(recording, c, (long) block * down - width, kernel);
        }
      }
    }
    return new Recording(rate, channels, samples);
  }

  private static void fill(double[] kernel, double at, int width, int down, double cutOff) {
    double scale = cutOff / down;
    for (int i = 0; i < kernel.length; i++) {
      double t = ((i - width) / (double) down - at) * cutOff;
      t = Math.max(-ZERO_CROSSINGS, Math.min(ZERO_CROSSINGS, t));
      double window = Math.cos(t * Math.PI / ZERO_CROSSINGS / 2);
      double sinc = t == 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
      kernel[i] = sinc * window * window * scale;
    }
  }

  private static float filtered(Recording recording, int channel, long first, double[] kernel) {
    int from = (int) Math.max(0, -first);
    int to = (int) Math.min(kernel.length, recording.frames() - first);
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += recording.sample((int) (first + i), channel) * kernel[i];
    }
    return (float) sum;
  }
}
