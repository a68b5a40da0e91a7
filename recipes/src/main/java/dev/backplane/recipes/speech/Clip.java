package dev.backplane.recipes.speech;

import dev.backplane.layers.audio.signal.LogMel;
import dev.backplane.layers.audio.signal.MelFilters;
import dev.backplane.layers.audio.signal.Recording;
import dev.backplane.layers.audio.signal.Resampling;
import dev.backplane.layers.audio.signal.Stft;
import dev.backplane.recipes.format.MalformedDataException;
import java.util.Arrays;

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

  private static final double FLOOR = 1e-6;

  /** The features of silence. */
  static final float SILENCE = (float) Math.log(FLOOR);

  /** Frames of silence before and behind a recording. */
  private static final int PAUSE = 4;

  static final MelFilters FILTERS = new MelFilters(BANDS, RATE, 60, 3800);

  private static final LogMel FEATURES =
      new LogMel(new Stft(256, 256, RATE / FRAMES_A_SECOND), FILTERS, FLOOR);

  /** What is quieter than this share of the loudest sample is no speech, at the ends. */
  private static final float QUIET = 0.02f;

  /**
   * The features of a recording of any rate and number of channels, silence at its ends cut off.
   *
   * @param where the recording is from, for the message
   * @throws MalformedDataException if nothing is heard in it
   */
  static float[][] features(String where, Recording recording) {
    var mono = Resampling.to(RATE, recording.mixed());
    var samples = mono.samples();
    float loudest = 0;
    for (float x : samples) {
      loudest = Math.max(loudest, Math.abs(x));
    }
    if (loudest == 0) {
      throw new MalformedDataException(where, "speech", "silence: " + recording);
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
        Arrays.copyOfRange(samples, first, Math.max(last, Math.min(first + 1, samples.length)));
    return FEATURES.of(Recording.mono(RATE, cut));
  }

  /** What is quieter than the loudest by this much, in nepers of power, is silence: 52 dB. */
  private static final float RANGE = 12;

  /**
   * Lifts what is silence to the same level, subtracts each band's mean and divides by the
   * deviation of all, so that neither loudness nor the depth of silence nor the colour of a
   * microphone matters.
   */
  static void standardize(float[][] frames) {
    float loudest = Float.NEGATIVE_INFINITY;
    for (var frame : frames) {
      for (float x : frame) {
        loudest = Math.max(loudest, x);
      }
    }
    double squares = 0;
    for (int band = 0; band < BANDS; band++) {
      double sum = 0;
      for (var frame : frames) {
        frame[band] = Math.max(frame[band], loudest - RANGE);
        sum += frame[band];
      }
      double mean = sum / frames.length;
      for (var frame : frames) {
        frame[band] -= (float) mean;
        squares += frame[band] * (double) frame[band];
      }
    }
    double deviation = Math.sqrt(Math.max(1e-6, squares / (frames.length * (double) BANDS)));
    for (var frame : frames) {
      for (int band = 0; band < BANDS; band++) {
        frame[band] = (float) (frame[band] / deviation);
      }
    }
  }

  /**
   * The features between frames of silence, as those that are learned from are.
   *
   * @param most frames at most, as many as the clip has or more
   */
  float[][] betweenSilence(int most) {
    int pause = Math.min(PAUSE, (most - frames.length) / 2);
    var between = new float[frames.length + 2 * pause][BANDS];
    for (int i = 0; i < between.length; i++) {
      if (i < pause || i >= pause + frames.length) {
        Arrays.fill(between[i], SILENCE);
      } else {
        System.arraycopy(frames[i - pause], 0, between[i], 0, BANDS);
      }
    }
    return between;
  }
}
