package dev.backplane.recipes.speech;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.layers.vision.transform.Dice;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is done to features while one learns from them. */
class VariationTest {
  private static final int LOUD = 12;

  /** Frames that rise, with one loud band. */
  private static float[][] frames(int count) {
    var frames = new float[count][Clip.BANDS];
    for (int f = 0; f < count; f++) {
      Arrays.fill(frames[f], f - 3f);
      frames[f][LOUD] += 5;
    }
    return frames;
  }

  private static int loudest(float[] frame) {
    int best = 0;
    for (int band = 0; band < frame.length; band++) {
      best = frame[band] > frame[best] ? band : best;
    }
    return best;
  }

  @Test
  void noneChangesNothing() {
    var dice = new Dice().begin(1, 2, 3);
    assertEquals(17, Variation.NONE.frames(17, dice));
    assertEquals(1, Variation.NONE.tract(dice));
    assertArrayEquals(new double[Clip.BANDS], Variation.NONE.colour(dice), 1e-12);
    assertArrayEquals(new double[Clip.BANDS], Variation.NONE.tilted(dice), 1e-12);
    var frames = frames(9);
    var same = new float[9][Clip.BANDS];
    Variation.stretched(frames, 1, same);
    for (int f = 0; f < 9; f++) {
      assertArrayEquals(frames[f], same[f], 1e-4f);
    }
    Variation.NONE.echo(frames, dice);
    assertArrayEquals(frames(9), frames);
  }

  @Test
  void aShorterTractMovesTheBandsUpAndTempoTheFramesApart() {
    var longer = new float[17][Clip.BANDS];
    Variation.stretched(frames(9), 1 / 1.2, longer);
    // What lay at f lies at 1.2 f.
    int expected = (int) Math.round(Clip.FILTERS.band(1.2 * Clip.FILTERS.hertz(LOUD)));
    assertTrue(expected > LOUD + 1, "band " + expected);
    assertEquals(expected, loudest(longer[8]));
    assertEquals(-3, longer[0][0], 1e-5);
    assertEquals(-2.5, longer[1][0], 1e-5);
    assertEquals(5, longer[16][0], 1e-5);
  }

  @Test
  void anEchoGoesOnWhenTheWordIsOver() {
    var powers = new float[20][Clip.BANDS];
    Arrays.fill(powers[2], 1);
    new Variation(0, 0, 0, 0, 0.3).echo(powers, new Dice().begin(5, 0, 1));
    assertEquals(0, powers[1][7]);
    assertEquals(1, powers[2][7]);
    assertTrue(powers[3][7] > 0 && powers[3][7] < 0.5, "" + powers[3][7]);
    for (int f = 4; f < 20; f++) {
      assertTrue(powers[f][7] <= powers[f - 1][7], "frame " + f);
    }
  }

  @Test
  void drawnAmountsStayWithinTheirBoundsAndDiffer() {
    var variation = new Variation(0.1, 0.2, 0.3, 1, 0.1);
    double least = 9;
    double most = 0;
    for (int row = 0; row < 200; row++) {
      var dice = new Dice().begin(7, 1, row);
      double tract = variation.tract(dice);
      least = Math.min(least, tract);
      most = Math.max(most, tract);
      int frames = variation.frames(100, dice);
      assertTrue(frames >= 81 && frames <= 123, frames + " frames");
      double slope = variation.tilted(dice)[Clip.BANDS - 1];
      assertTrue(Math.abs(slope) <= 0.5, "slope " + slope);
    }
    assertTrue(least > 0.9 && least < 0.92 && most > 1.08 && most < 1.11, least + " " + most);
  }

  @Test
  void neitherLoudnessNorMicrophoneNorDepthOfSilenceMatters() {
    var plain = frames(9);
    var other = frames(9);
    Arrays.fill(plain[0], -40);
    Arrays.fill(other[0], -60);
    for (var frame : other) {
      for (int band = 0; band < Clip.BANDS; band++) {
        frame[band] += 3;
      }
    }
    Clip.standardize(plain);
    Clip.standardize(other);
    for (int f = 0; f < 9; f++) {
      assertArrayEquals(plain[f], other[f], 1e-4f);
    }
    double mean = 0;
    for (var frame : plain) {
      mean += frame[LOUD] / plain.length;
    }
    assertEquals(0, mean, 1e-5);
  }

  @Test
  void aClipIsHeardBetweenSilenceWhereThereIsRoom() {
    var clip = new Clip("ann", 3, frames(9));
    var between = clip.betweenSilence(60);
    assertEquals(17, between.length);
    assertEquals(Clip.SILENCE, between[3][5]);
    assertArrayEquals(clip.frames()[0], between[4]);
    assertArrayEquals(clip.frames()[8], between[12]);
    assertEquals(Clip.SILENCE, between[16][5]);
    assertEquals(11, clip.betweenSilence(12).length);
    assertEquals(9, clip.betweenSilence(9).length);
  }
}
