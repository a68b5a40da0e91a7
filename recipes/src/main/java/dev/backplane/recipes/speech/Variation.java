package dev.backplane.recipes.speech;

import java.util.random.RandomGenerator;

/**
 * How far an utterance may be changed while one learns from it, so that voices and rooms that were
 * never heard are understood too. All of it happens to the log-mel features. 0 leaves a part alone.
 *
 * @param tract the length of the vocal tract: frequencies are stretched by e^±tract (Jaitly and
 *     Hinton, Vocal tract length perturbation, 2013)
 * @param tempo each word's length is stretched by e^±tempo
 * @param channel how far a microphone or a line colours the sound: the standard deviation of a
 *     smooth curve over the bands, in nepers of power
 * @param tilt how far low and high bands are weighted against each other at most, in the speech and
 *     in the noise each, in nepers of power
 * @param room the longest time, in seconds, in which an echo sinks to e^-3 of its power
 */
record Variation(double tract, double tempo, double channel, double tilt, double room) {
  /** Leaves everything as it is. */
  static final Variation NONE = new Variation(0, 0, 0, 0, 0);

  private static final int WAVES = 4;
  private static final double MOST_ECHO = 0.5;

  /** How many frames a clip of so many becomes. */
  int frames(int length, RandomGenerator dice) {
    return Math.max(1, (int) Math.round(length * Math.exp(symmetric(tempo, dice))));
  }

  /** The factor of an utterance's frequencies. */
  double tract(RandomGenerator dice) {
    return Math.exp(symmetric(tract, dice));
  }

  /** What is added to the bands of speech: the line's colour. */
  double[] colour(RandomGenerator dice) {
    var added = tilted(dice);
    for (int wave = 1; wave <= WAVES; wave++) {
      double height = dice.nextGaussian() * channel / Math.sqrt(wave);
      double phase = dice.nextDouble(2 * Math.PI);
      for (int band = 0; band < added.length; band++) {
        added[band] += height * Math.cos(Math.PI * wave * band / added.length + phase);
      }
    }
    return added;
  }

  /** What is added to the bands of noise. */
  double[] tilted(RandomGenerator dice) {
    double slope = symmetric(tilt, dice);
    var added = new double[Clip.BANDS];
    for (int band = 0; band < added.length; band++) {
      added[band] = slope * (band / (double) added.length - 0.5);
    }
    return added;
  }

  private static double symmetric(double most, RandomGenerator dice) {
    return most * (2 * dice.nextDouble() - 1);
  }

  /**
   * Adds to the powers [frames][bands], in place, those of the frames before, ever weaker: the
   * diffuse echo of a room.
   */
  void echo(float[][] powers, RandomGenerator dice) {
    if (room == 0) {
      return;
    }
    double seconds = dice.nextDouble(0.02, Math.max(0.03, room));
    double decay = Math.exp(-3 / (Clip.FRAMES_A_SECOND * seconds));
    double share = dice.nextDouble(MOST_ECHO);
    var ringing = new double[Clip.BANDS];
    for (var frame : powers) {
      for (int band = 0; band < frame.length; band++) {
        double direct = frame[band];
        frame[band] += (float) (share * ringing[band]);
        ringing[band] = (ringing[band] + direct) * decay;
      }
    }
  }

  /**
   * Features in another tempo, of another vocal tract: interpolated between neighbours.
   *
   * @param clip [frames][bands]
   * @param factor of the frequencies
   * @param target as many frames as it shall have
   */
  static void stretched(float[][] clip, double factor, float[][] target) {
    var positions = new double[Clip.BANDS];
    for (int band = 0; band < positions.length; band++) {
      double position = Clip.FILTERS.band(Clip.FILTERS.hertz(band) * factor);
      positions[band] = Math.clamp(position, 0, positions.length - 1);
    }
    for (int frame = 0; frame < target.length; frame++) {
      double at = target.length == 1 ? 0 : frame * (clip.length - 1.0) / (target.length - 1);
      var before = clip[(int) at];
      var after = clip[Math.min((int) at + 1, clip.length - 1)];
      double share = at - (int) at;
      for (int band = 0; band < positions.length; band++) {
        target[frame][band] =
            (float)
                ((1 - share) * between(before, positions[band])
                    + share * between(after, positions[band]));
      }
    }
  }

  private static double between(float[] values, double at) {
    int low = (int) at;
    double share = at - low;
    return share == 0 ? values[low] : (1 - share) * values[low] + share * values[low + 1];
  }
}
