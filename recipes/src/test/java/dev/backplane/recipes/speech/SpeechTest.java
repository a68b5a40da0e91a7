package dev.backplane.recipes.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Backplane;
import dev.backplane.BackplaneException;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.nn.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipes that listen, on recordings made of tones: one pitch for each word. */
class SpeechTest {
  private static final int RATE = 8000;
  private static final Variation VARIED = new Variation(0.1, 0.2, 0.3, 1, 0.1);

  @TempDir Path folder;

  private static Path tone(Path file, double hertz, double seconds, int rate) throws IOException {
    Files.createDirectories(file.getParent());
    int count = (int) (seconds * rate);
    var data =
        ByteBuffer.allocate(44 + 2 * count)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("RIFF----WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
            .putInt(16)
            .putShort((short) 1)
            .putShort((short) 1)
            .putInt(rate)
            .putInt(2 * rate)
            .putShort((short) 2)
            .putShort((short) 16)
            .put("data".getBytes(StandardCharsets.US_ASCII))
            .putInt(2 * count);
    for (int i = 0; i < count; i++) {
      data.putShort((short) (12000 * Math.sin(2 * Math.PI * hertz * i / rate)));
    }
    return Files.write(file, data.array());
  }

  private Path digits() throws IOException {
    for (int word = 0; word < 10; word++) {
      for (var voice : List.of("ann", "bob", "cleo")) {
        double hertz = 200 * Math.pow(1.32, word) * (voice.equals("bob") ? 0.98 : 1);
        tone(folder.resolve(word + "/" + voice + "_1.wav"), hertz, 0.3, RATE);
      }
    }
    return folder;
  }

  private static Recipe.Request request(Backplane backplane, Map<String, String> settings) {
    return new Recipe.Request(settings, Access.silent(), 3, backplane.parts());
  }

  @Test
  void recordingsOfAUserAreLearnedAndTestedOnOtherVoices() throws IOException {
    var recipe = new SpokenDigitsLstm();
    try (var backplane = Backplane.start()) {
      var settings =
          Map.of(
              "recordings", digits().toString(), "units", "24", "examples", "160", "rate", "0.01");
      var plan = recipe.plan(request(backplane, settings));
      assertEquals(10, plan.data().classes().size());
      try (var training =
          backplane
              .trainer(plan.model(), plan.loss(), plan.optimizer())
              .metrics(plan.metrics().toArray(Metric[]::new))
              .seed(1)
              .open(plan.data().train().shuffle(1).batch(32), backplane.device("auto"))) {
        for (int step = 0; step < 120; step++) {
          training.step();
        }
        var test = training.evaluate(plan.data().test().select(range(100)).batch(50));
        assertTrue(test.get("accuracy") > 0.6, test::toString);
      }
      // Another rate is the same word.
      var slow = recipe.read(tone(folder.resolve("a.wav"), 440, 0.3, RATE).toString()).getFirst();
      var fast = recipe.read(tone(folder.resolve("b.wav"), 440, 0.3, 44100).toString()).getFirst();
      assertEquals(slow.type(), fast.type());
      double difference = 0;
      for (int i = 0; i < slow.toFloats().length; i++) {
        difference += Math.abs(slow.toFloats()[i] - fast.toFloats()[i]) / slow.toFloats().length;
      }
      assertTrue(difference < 0.2, "mean difference " + difference);
    }
  }

  private static int[] range(int count) {
    return java.util.stream.IntStream.range(0, count).toArray();
  }

  @Test
  void utterancesAreComposedAnewInEachEpochAndAlikeForASeed() throws IOException {
    var names = java.util.stream.IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    var split = Clips.recorded(digits(), names, false, line -> {});
    assertEquals(List.of("bob", "cleo"), List.copyOf(split.train().clips().keySet()));
    assertEquals(List.of("ann"), List.copyOf(split.test().clips().keySet()));
    var form = new Utterances.Form(120, 1, 4, false, true);
    var some = new Utterances(split.train(), form, VARIED, Noise.LEARNED, 50, 7, 0);
    assertEquals(
        some.example(3),
        new Utterances(split.train(), form, VARIED, Noise.LEARNED, 50, 7, 0).example(3));
    assertNotEquals(some.example(3).input(), some.epoch(1).example(3).input());
    for (int row = 0; row < 50; row++) {
      var targets = some.example(row).targets();
      int length = (int) targets.get(1).longAt(0);
      int frames = (int) targets.get(2).longAt(0);
      assertTrue(length >= 1 && length <= 4, "length " + length);
      assertTrue(frames <= 60 && frames >= length, frames + " frames for " + length);
      for (int i = 0; i < 4; i++) {
        long label = targets.get(0).longAt(i);
        assertEquals(i < length, label > 0, "labels are padded with blanks");
      }
      var features = some.example(row).input().toFloats();
      for (int f = 2 * frames; f < 120; f++) {
        assertEquals(0, features[f * Clip.BANDS], "behind the last frame");
      }
    }
  }

  private void refused(String expected, Recipe recipe, Map<String, String> settings) {
    try (var backplane = Backplane.start()) {
      var refused =
          assertThrows(BackplaneException.class, () -> recipe.plan(request(backplane, settings)));
      assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    }
  }

  @Test
  void foldersThatDoNotFitAreRefusedInWords() throws IOException {
    var settings = Map.of("recordings", folder.toString());
    refused(
        "expected a sub-folder \"0\" of WAV files, found none", new SpokenDigitsLstm(), settings);
    for (int word = 0; word < 10; word++) {
      tone(folder.resolve(word + "/ann_1.wav"), 300, 0.2, RATE);
    }
    refused("two or more voices, found only \"ann\"", new SpokenDigitsLstm(), settings);
    refused("expected a sub-folder \"a\"", new SpeechCtc(), settings);
    Files.writeString(folder.resolve("4/bob_1.wav"), "no sound at all");
    refused("bob_1.wav: expected a WAV file", new SpokenDigitsLstm(), settings);
    var longer = tone(folder.resolve("long.wav"), 300, 3, RATE).toString();
    var tooLong = assertThrows(BackplaneException.class, () -> new SpokenDigitsLstm().read(longer));
    assertTrue(
        tooLong.getMessage().contains("at most 1.2 s of speech, found 3.0 s"),
        tooLong.getMessage());
  }

  @Test
  void aBrokenFileInTheMiddleIsNamedAndSkippedOnlyWhenAsked() throws IOException {
    digits();
    var broken = Files.writeString(folder.resolve("4/bob_0.wav"), "no sound at all");
    var silent = tone(folder.resolve("7/ann_0.wav"), 0, 0.3, RATE);
    var plain = Map.of("recordings", folder.toString());
    refused(broken + ": expected a WAV file", new SpokenDigitsLstm(), plain);
    var told = new ArrayList<String>();
    var asked = Map.of("recordings", folder.toString(), "skip-broken", "1");
    try (var backplane = Backplane.start()) {
      var access = new Access(Optional.empty(), told::add);
      new SpokenDigitsLstm().plan(new Recipe.Request(asked, access, 3, backplane.parts()));
    }
    assertEquals(2, told.size(), told::toString);
    assertTrue(told.get(0).startsWith("skipped: " + broken), told::toString);
    assertTrue(told.get(1).startsWith("skipped: " + silent), told::toString);
    for (var voice : List.of("ann", "bob", "cleo")) {
      Files.writeString(folder.resolve("4/" + voice + "_1.wav"), "no sound either");
    }
    refused("expected WAV files that can be heard, found none of 4", new SpokenDigitsLstm(), asked);
  }

  /** A tone as a WAV file of some form: format 1 for whole numbers, 3 for floats. */
  private Path written(String name, int format, int bits, int channels, double loudness)
      throws IOException {
    int count = RATE / 2;
    int align = channels * bits / 8;
    var data =
        ByteBuffer.allocate(44 + count * align)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("RIFF----WAVEfmt ".getBytes(StandardCharsets.US_ASCII))
            .putInt(16)
            .putShort((short) format)
            .putShort((short) channels)
            .putInt(RATE)
            .putInt(align * RATE)
            .putShort((short) align)
            .putShort((short) bits)
            .put("data".getBytes(StandardCharsets.US_ASCII))
            .putInt(count * align);
    for (int i = 0; i < count; i++) {
      double x = loudness * Math.sin(2 * Math.PI * 440 * i / RATE) * Math.sin(Math.PI * i / count);
      x = Math.clamp(x, -1, 1);
      for (int c = 0; c < channels; c++) {
        switch (bits) {
          case 8 -> data.put((byte) Math.round(128 + 127 * x));
          case 16 -> data.putShort((short) Math.round(32767 * x));
          case 24 -> {
            int value = (int) Math.round(8388607 * x);
            data.putShort((short) value).put((byte) (value >> 16));
          }
          default -> {
            if (format == 3) {
              data.putFloat((float) x);
            } else {
              data.putInt((int) Math.round(2147483647 * x));
            }
          }
        }
      }
    }
    return Files.write(folder.resolve(name), data.array());
  }

  /** The mean distance of two inputs' features, in standard deviations. */
  private static double distance(Path one, Path other) {
    var recipe = new SpokenDigitsLstm();
    var a = recipe.read(one.toString()).getFirst().toFloats();
    var b = recipe.read(other.toString()).getFirst().toFloats();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] - b[i]) / a.length;
    }
    return sum;
  }

  @Test
  void aWordIsTheSameInEachFormOfFile() throws IOException {
    var plain = written("16.wav", 1, 16, 1, 0.8);
    assertTrue(distance(plain, written("24.wav", 1, 24, 1, 0.8)) < 0.05);
    assertTrue(distance(plain, written("32.wav", 1, 32, 1, 0.8)) < 0.05);
    assertTrue(distance(plain, written("float.wav", 3, 32, 1, 0.8)) < 0.05);
    assertTrue(distance(plain, written("stereo.wav", 1, 16, 2, 0.8)) < 1e-3);
    assertTrue(distance(plain, written("quiet.wav", 3, 32, 1, 0.08)) < 0.1);
    // Eight bits hiss, clipping rings: it is another sound, but one that is heard.
    assertTrue(distance(plain, written("8.wav", 1, 8, 1, 0.8)) < 0.6);
    var clipped = new SpokenDigitsLstm().read(written("loud.wav", 1, 16, 1, 4).toString());
    for (float x : clipped.getFirst().toFloats()) {
      assertTrue(Float.isFinite(x));
    }
  }

  private static void unreadable(String expected, Path file) {
    for (var recipe : List.of(new SpokenDigitsLstm(), new SpeechCtc())) {
      var refused =
          assertThrows(BackplaneException.class, () -> recipe.read(file.toString()), recipe::name);
      assertTrue(refused.getMessage().contains(file.getFileName().toString()), refused.toString());
      assertTrue(refused.getMessage().contains(expected), refused.getMessage());
    }
  }

  @Test
  void whatCannotBeHeardIsRefusedInWords() throws IOException {
    unreadable("expected speech, found silence: 8000 Hz", written("silent.wav", 1, 16, 1, 0));
    unreadable("found 0 bytes", Files.write(folder.resolve("empty.wav"), new byte[0]));
    var whole = Files.readAllBytes(written("whole.wav", 1, 16, 1, 0.5));
    var half = java.util.Arrays.copyOf(whole, whole.length / 2);
    unreadable("the file is cut short", Files.write(folder.resolve("half.wav"), half));
    unreadable("found no file", folder.resolve("nowhere.wav"));
    var text = Files.writeString(folder.resolve("text.wav"), "seven, said in a loud voice");
    unreadable("expected a WAV file", text);
  }
}
