package dev.backplane.recipes.speech;

import java.util.random.RandomGenerator;

/**
 * How loud the noise of a room is beside speech: its signal-to-noise ratio in decibels, uniform
 * between two bounds. 60 dB is a studio, 20 dB a room with people at work; below 5 dB letters that
 * a telephone carries are told apart by nobody.
 *
 * @param least of the ratio: the loudest noise
 * @param most of the ratio: the quietest noise
 */
record Noise(double least, double most) {
  /** What is learned from. */
  static final Noise LEARNED = new Noise(8, 60);

  /** Where it is tested. */
  static final Noise QUIET = new Noise(20, 60);

  /** Where it is tested once more. */
  static final Noise LOUD = new Noise(5, 20);

  /** The mean power of noise in a band, drawn. */
  double power(double speech, RandomGenerator dice) {
    return speech * Math.pow(10, -dice.nextDouble(least, most) / 10);
  }

  /** The mean power of speech in a band, over frames [frames][bands] of powers. */
  static double mean(float[][] powers) {
    double sum = 0;
    for (var frame : powers) {
      for (float power : frame) {
        sum += power;
      }
    }
    return sum / ((double) powers.length * Clip.BANDS);
  }
}
