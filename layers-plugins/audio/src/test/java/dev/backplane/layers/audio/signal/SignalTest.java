package dev.backplane.layers.audio.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.layers.parity.Fixtures;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals become the features that torch and torchaudio's formulas give. */
class SignalTest {
  private static final Fixtures FIXTURES = Fixtures.read(SignalTest.class, "/parity/parity.txt");
  private static final LogMel LOG_MEL =
      new LogMel(new Stft(256, 200, 80), MelFilters.of(20, 8000), 1e-6);

  private static Recording signal(int rate, int count) {
    var samples = new float[count];
    for (int i = 0; i < count; i++) {
      double t = i / (double) rate;
      samples[i] =
          (float)
              (0.4 * Math.sin(2 * Math.PI * 440 * t)
                  + 0.3 * Math.sin(2 * Math.PI * 1234.5 * t + 1));
    }
    return Recording.mono(rate, samples);
  }

  /** The rows of a table one behind the other. */
  private static float[] flat(float[][] rows) {
    var all = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * rows[0].length, rows[0].length);
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"22050, 8000, 700", "8000, 11025, 200", "16000, 8000, 300"})
  void aRecordingAtAnotherRate(int from, int to, int count) {
    var resampled = Resampling.to(to, signal(from, count));
    assertEquals(to, resampled.rate());
    FIXTURES.assertClose("resample." + from + "." + to, resampled.samples());
  }

  @Test
  void theSameRateIsTheSameRecording() {
    var recording = signal(8000, 10);
    assertSame(recording, Resampling.to(8000, recording));
  }

  @Test
  void channelsAreResampledApart() {
    var mono = signal(16000, 300).samples();
    var stereo = new float[600];
    for (int i = 0; i < 300; i++) {
      stereo[2 * i] = mono[i];
      stereo[2 * i + 1] = -mono[i];
    }
    var found = Resampling.to(8000, new Recording(16000, 2, stereo));
    assertEquals(2, found.channels());
    for (int i = 0; i < found.frames(); i++) {
      assertEquals(found.sample(i, 0), -found.sample(i, 1));
    }
    assertArrayEquals(new float[found.frames()], found.mixed().samples());
  }

  @Test
  void filtersOnTheMelScale() {
    var weights = new MelFilters(10, 8000, 60, 3800).weights(129);
    var found = new float[10][129];
    for (int m = 0; m < 10; m++) {
      for (int k = 0; k < 129; k++) {
        found[m][k] = (float) weights[m][k];
      }
    }
    FIXTURES.assertClose("mel.filters", flat(found));
  }

  @Test
  void bandsAndFrequenciesAreEachOthersInverse() {
    var filters = new MelFilters(10, 8000, 60, 3800);
    assertEquals(60, filters.hertz(-1), 1e-9);
    assertEquals(3800, filters.hertz(10), 1e-9);
    for (double band : new double[] {-1, 0, 3.25, 9, 10}) {
      assertEquals(band, filters.band(filters.hertz(band)), 1e-9);
    }
    // A filter is highest at the frequency of its band.
    var weights = filters.weights(4001);
    for (int band = 0; band < 10; band++) {
      assertEquals(1, weights[band][(int) Math.round(filters.hertz(band))], 0.01);
    }
  }

  @Test
  void powersOfShortWindows() {
    var powers = new Stft(256, 200, 80).power(signal(8000, 1000).samples());
    assertEquals(13, powers.length);
    var first = new float[3 * 129];
    for (int i = 0; i < first.length; i++) {
      first[i] = (float) powers[i / 129][i % 129];
    }
    FIXTURES.assertClose("stft.power", first);
  }

  @Test
  void logarithmsOfMelBandsAndTheirCepstra() {
    FIXTURES.assertClose("log_mel", flat(LOG_MEL.of(signal(8000, 1000))));
    FIXTURES.assertClose("mfcc", flat(new Mfcc(LOG_MEL, 12).of(signal(8000, 1000))));
  }

  @Test
  void featuresDoNotDependOnTheRateOfTheFile() {
    var slow = LOG_MEL.of(signal(8000, 4000));
    var fast = LOG_MEL.of(signal(22050, 11025));
    assertEquals(slow.length, fast.length);
    // 440 Hz is in one of the bands of the middle frames, alike in both.
    int middle = slow.length / 2;
    float loudest = 0;
    for (int band = 0; band < 20; band++) {
      if (slow[middle][band] > 0) {
        assertEquals(slow[middle][band], fast[middle][band], 0.05, "band " + band);
        loudest = Math.max(loudest, slow[middle][band]);
      }
    }
    assertTrue(loudest > 5, "a loud band");
  }

  @Test
  void aRecordingShorterThanAWindowIsSilentBeyondItsEnd() {
    var found = LOG_MEL.of(signal(8000, 3));
    assertEquals(20, found[0].length);
    assertTrue(Arrays.stream(found).allMatch(row -> Float.isFinite(row[0])));
  }

  @Test
  void whatDoesNotFitIsSaid() {
    var size = assertThrows(IllegalArgumentException.class, () -> new Stft(200, 200, 80));
    assertEquals("Stft size: expected a power of two, 2 or more, found 200", size.getMessage());
    var narrow =
        assertThrows(IllegalArgumentException.class, () -> MelFilters.of(128, 8000).weights(33));
    assertTrue(narrow.getMessage().contains("expected fewer filters"), narrow.getMessage());
    var few =
        assertThrows(IllegalArgumentException.class, () -> new Stft(16, 16, 8).power(new float[8]));
    assertEquals("Stft: expected more than 8 samples, found 8", few.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new MelFilters(8, 8000, 100, 4001));
    assertThrows(IllegalArgumentException.class, () -> new Mfcc(LOG_MEL, 21));
  }
}
