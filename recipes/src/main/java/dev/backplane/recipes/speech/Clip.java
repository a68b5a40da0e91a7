package dev.backplane.recipes.speech;

import dev.backplane.layers.audio.signal.LogMel;
import dev.backplane.layers.audio.signal.MelFilters;
import dev.backplane.layers.audio.signal.Recording;
import dev.backplane.layers.audio.signal.Resampling;
import dev.backplane.layers.audio.signal.Stft;

/**
 * One word, spoken once: logarithms of the power of 40 mel bands, a frame each 20 ms.
 *
 * @param voice who speaks
 * @param word the index of the word
 * @param frames [frames][bands]
 */
record Clip(String voice, int word, float[][] frames) {
  static final int RATE = 8000;
  static final int BANDS = 40;
  static final int FRAMES_A_SECOND = 50;

  private static final LogMel FEATURES =
      new LogMel(
          new Stft(256, 256, RATE / FRAMES_A_SECOND), new MelFilters(BANDS, RATE, 60, 3800), 1e-6);

  /** What is quieter than this share of the loudest sample is no speech, at the ends. */
  private static final float QUIET = 0.02f;

  /**
   * The features of a recording of any rate and number of channels, silence at its ends cut off.
   */
  static float[][] features(Recording recording) {
    var mono = Resampling.to(RATE, recording.mixed());
    var samples = mono.samples();
    float loudest = 0;
    for (float x : samples) {
      loudest = Math.max(loudest, Math.abs(x));
    }
    int first = 0;
    int last = samples.length;
    while (first < last && Math.abs(samples[first]) <= QUIET * loudest) {
      first++;
    }
    while (last > first && Math.abs(samples[last - 1]) <= QUIET * loudest) {
      last--;
    }
    var cut =
        java.util.Arrays.copyOfRange(
            samples, first, Math.max(last, Math.min(first + 1, samples.length)));
    return FEATURES.of(Recording.mono(RATE, cut));
  }

  /**
   * Subtracts the mean of all values and divides by their deviation, so that loudness does not
   * matter.
   */
  static void standardize(float[][] frames) {
    double sum = 0;
    double squares = 0;
    long count = 0;
    for (var frame : frames) {
      for (float x : frame) {
        sum += x;
        squares += x * (double) x;
        count++;
      }
    }
    double mean = sum / count;
    double deviation = Math.sqrt(Math.max(1e-6, squares / count - mean * mean));
    for (var frame : frames) {
      for (int i = 0; i < frame.length; i++) {
        frame[i] = (float) ((frame[i] - mean) / deviation);
      }
    }
  }
}
