package dev.backplane.recipes.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.UnavailableException;
import dev.backplane.data.DatasetProvider.Access;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Who speaks, and that espeak-ng, the pinned program itself, tells them apart. */
class VoicesTest {
  private static List<Voices.Voice> all() {
    var voices = new ArrayList<>(Voices.taught());
    voices.addAll(Voices.heldOut());
    return voices;
  }

  @Test
  void heldOutVariantsAreNeverTaught() {
    var names = all().stream().map(Voices.Voice::name).toList();
    assertEquals(names.size(), new HashSet<>(names).size());
    var taught = Voices.taught().stream().map(Voices.Voice::variant).collect(Collectors.toSet());
    Voices.heldOut()
        .forEach(voice -> assertFalse(taught.contains(voice.variant()), voice.variant()));
  }

  @Test
  void variantsAreDrawnAlikeEachTime() {
    var drawn = Voices.drawn();
    assertEquals(drawn, Voices.drawn());
    assertEquals(
        drawn.size(), drawn.stream().map(Voices.Drawn::text).collect(Collectors.toSet()).size());
    var files = SpeechPins.paths("espeak-ng-data.txt").size() + drawn.size();
    assertTrue(files < 350, "espeak-ng 1.51 knows no more than 350 voices, there are " + files);
  }

  /** Skipped without a network, but never in CI. */
  private static Synthesizer synthesizer() {
    try {
      return Synthesizer.open(Access.silent());
    } catch (UnavailableException e) {
      Assumptions.assumeTrue("true".equals(System.getenv("CI")), e.getMessage());
      throw e;
    }
  }

  @Test
  void eachVoiceSaysEachWordInItsOwnWay() throws IOException {
    try (var synthesizer = synthesizer()) {
      var heard = new HashSet<List<Float>>();
      for (var voice : all()) {
        // A name that espeak-ng does not know is no error to it: it speaks in its usual voice.
        var alike = new Voices.Voice(voice.accent(), voice.variant(), 160, 50);
        for (var said : synthesizer.say(alike, List.of("seven", "W"))) {
          var samples = new ArrayList<Float>();
          for (float x : said.samples()) {
            samples.add(x);
          }
          assertTrue(heard.add(samples), voice.name() + " sounds like another voice");
          assertTrue(said.seconds() > 0.15 && said.seconds() < 1.5, voice + " " + said);
        }
      }
    }
  }

  @Test
  void wordsAreTheSameAsSaidAlone() throws IOException {
    var voice = new Voices.Voice("en-gb-scotland", "f2", 160, 50);
    try (var synthesizer = synthesizer()) {
      var alone = Clip.features("A", synthesizer.say(voice, List.of("A")).getFirst());
      var among = Clip.features("A", synthesizer.say(voice, List.of("B", "A", "zero")).get(1));
      assertTrue(Math.abs(alone.length - among.length) <= 2, alone.length + " " + among.length);
      int middle = alone.length / 2;
      double difference = 0;
      for (int band = 0; band < Clip.BANDS; band++) {
        difference += Math.abs(alone[middle][band] - among[middle][band]) / Clip.BANDS;
      }
      assertTrue(difference < 1, difference + " " + Arrays.toString(among[middle]));
    }
  }
}
