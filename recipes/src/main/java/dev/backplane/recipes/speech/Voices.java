package dev.backplane.recipes.speech;

import dev.backplane.layers.vision.transform.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Who speaks: a variant of espeak-ng's voice in an accent of English, at a speed and a pitch. Some
 * variants come with espeak-ng; others are drawn, each a speaker with a vocal tract, a pitch and a
 * roughness of its own, and written down in espeak-ng's own form.
 */
final class Voices {
  /**
   * One voice.
   *
   * @param accent such as {@code en-us}
   * @param variant such as {@code f2}
   * @param speed words a minute
   * @param pitch 0 to 99
   */
  record Voice(String accent, String variant, int speed, int pitch) {
    String name() {
      return accent + "+" + variant;
    }
  }

  /**
   * A variant that espeak-ng does not bring.
   *
   * @param name of its file
   * @param text of its file
   */
  record Drawn(String name, String text) {}

  /**
   * The accents that the held-out voices have too. Great Britain's is {@code en} and not {@code
   * en-gb}, with which espeak-ng 1.51 says everything in one voice, whatever the variant.
   */
  private static final List<String> ACCENTS = List.of("en-us", "en", "en-gb-scotland");

  private static final List<String> MORE_ACCENTS =
      List.of(
          "en-us",
          "en",
          "en-gb-scotland",
          "en-gb-x-rp",
          "en-gb-x-gbcwmd",
          "en-gb-x-gbclan",
          "en-029");

  private static final List<String> TAUGHT =
      List.of(
          "m1", "m2", "m3", "m4", "m5", "m6", "f1", "f2", "f3", "Andy", "adam", "belinda", "linda",
          "max", "paul", "Michael");
  private static final List<String> HELD_OUT = List.of("m7", "f4", "Annie", "steph", "edward");
  private static final int[][] MANNERS = {{160, 50}, {130, 35}, {190, 65}};

  /** Drawn variants. espeak-ng knows no more than 350 voices at once: beyond, it takes any. */
  private static final int DRAWN = 96;

  private Voices() {}

  /** The voices to learn from. */
  static List<Voice> taught() {
    var voices = new ArrayList<>(inEachAccent(TAUGHT));
    for (int i = 0; i < DRAWN; i++) {
      var dice = new Dice().begin(1, 0, i);
      voices.add(
          new Voice(
              MORE_ACCENTS.get(i % MORE_ACCENTS.size()),
              drawn(i).name(),
              dice.nextInt(115, 200),
              dice.nextInt(30, 70)));
    }
    return voices;
  }

  /** The voices that are never heard before the test. */
  static List<Voice> heldOut() {
    return inEachAccent(HELD_OUT);
  }

  private static List<Voice> inEachAccent(List<String> variants) {
    var voices = new ArrayList<Voice>();
    for (int v = 0; v < variants.size(); v++) {
      for (int a = 0; a < ACCENTS.size(); a++) {
        var manner = MANNERS[(v + a) % MANNERS.length];
        voices.add(new Voice(ACCENTS.get(a), variants.get(v), manner[0], manner[1]));
      }
    }
    return voices;
  }

  /** The variants that are drawn: always the same. */
  static List<Drawn> drawn() {
    var drawn = new ArrayList<Drawn>();
    for (int i = 0; i < DRAWN; i++) {
      drawn.add(drawn(i));
    }
    return drawn;
  }

  /**
   * Percentages are of espeak-ng's own voice. A formant's frequency follows the length of the vocal
   * tract (Peterson and Barney, 1952: those of women lie some 15 % above those of men).
   */
  private static Drawn drawn(int number) {
    var dice = new Dice().begin(2, 0, number);
    boolean female = number % 2 == 1;
    double tract =
        100 * Math.exp(female ? dice.nextDouble(-0.12, 0.22) : dice.nextDouble(-0.2, 0.1));
    double pitch = female ? dice.nextDouble(140, 250) : dice.nextDouble(70, 140);
    var lines = new ArrayList<String>();
    lines.add("language variant");
    lines.add("name drawn" + number);
    lines.add("gender " + (female ? "female" : "male"));
    lines.add(line("pitch", pitch, pitch * dice.nextDouble(1.1, 1.7)));
    for (int formant = 0; formant <= 6; formant++) {
      double own = formant == 0 ? 1 : Math.exp(dice.nextDouble(-0.07, 0.07));
      lines.add(
          line(
              "formant " + formant,
              tract * own,
              dice.nextDouble(60, 140),
              dice.nextDouble(70, 180)));
    }
    lines.add(line("flutter", dice.nextDouble(0, 20)));
    lines.add(line("roughness", dice.nextDouble(0, 4)));
    lines.add(line("voicing", dice.nextDouble(50, 130)));
    lines.add(line("consonants", dice.nextDouble(60, 140), dice.nextDouble(60, 140)));
    if (number % 5 < 2) {
      double breath = dice.nextDouble(0, 20);
      lines.add(line("breath", breath, breath, breath, breath / 2, breath / 2, breath / 2));
      lines.add("breathw 150 150 200 200 400 400");
    }
    lines.add(
        "tone 600 %d 1200 %d 2000 %d"
            .formatted(dice.nextInt(100, 256), dice.nextInt(60, 256), dice.nextInt(40, 256)));
    return new Drawn("drawn" + number, String.join("\n", lines) + "\n");
  }

  private static String line(String key, double... values) {
    var line = new StringBuilder(key);
    for (double value : values) {
      line.append(String.format(Locale.ROOT, " %.0f", value));
    }
    return line.toString();
  }
}
