package dev.backplane.recipes.speech;

import dev.backplane.UnavailableException;
import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.layers.audio.signal.Recording;
import dev.backplane.layers.audio.signal.WavFile;
import dev.backplane.recipes.cache.DatasetCache;
import dev.backplane.recipes.cache.DatasetException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * espeak-ng, unpacked into a folder of its own and run as a program, once for each voice. It needs
 * no root and no sound card: a library that does nothing stands in for the one of the sound card.
 */
final class Synthesizer implements AutoCloseable {
  private static final int SECONDS = 60;

  /** Milliseconds between words, and the seconds of quiet by which they are told apart again. */
  private static final int PAUSE = 700;

  private static final double LEAST_PAUSE = 0.35;
  private static final float QUIET = 0.01f;

  private final Path folder;
  private final AtomicInteger files = new AtomicInteger();

  /**
   * Fetches and unpacks it.
   *
   * @throws UnavailableException if this host cannot have it or cannot run it, with the reason
   */
  static Synthesizer open(Access access) {
    var system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!system.equals("Linux amd64")) {
      throw new UnavailableException(
          reason("espeak-ng is pinned for Linux amd64 only, this is " + system));
    }
    Path folder;
    try {
      folder = Files.createTempDirectory("backplane-espeak-ng-");
    } catch (IOException e) {
      throw unavailable("there is no folder to unpack espeak-ng into: " + e, e);
    }
    var synthesizer = new Synthesizer(folder);
    try {
      synthesizer.unpack(DatasetCache.of(access));
      synthesizer.say(new Voices.Voice("en-us", "m1", 170, 50), List.of("one", "two"));
      return synthesizer;
    } catch (DatasetException e) {
      synthesizer.close();
      throw unavailable(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      synthesizer.close();
      throw unavailable("espeak-ng cannot be unpacked or run: " + e.getMessage(), e);
    }
  }

  private static UnavailableException unavailable(String reason, Exception cause) {
    return new UnavailableException(reason(reason), cause);
  }

  private static String reason(String reason) {
    return "no voices on this host: "
        + reason
        + "\nGive recordings of your own instead: --set recordings=FOLDER";
  }

  private Synthesizer(Path folder) {
    this.folder = folder;
  }

  private void unpack(DatasetCache cache) throws IOException {
    var program = folder.resolve("espeak-ng");
    Files.copy(cache.open(SpeechPins.PROGRAM).file("espeak-ng"), program);
    if (!program.toFile().setExecutable(true)) {
      throw new IOException(program + " cannot be made executable");
    }
    Files.copy(
        cache.open(SpeechPins.LIBRARY).file("libespeak-ng.so.1.1.51"),
        folder.resolve("libespeak-ng.so.1"));
    Files.copy(
        cache.open(SpeechPins.SONIC).file("libsonic.so.0.2.0"), folder.resolve("libsonic.so.0"));
    Files.write(folder.resolve("libpcaudio.so.0"), SpeechPins.bytes("no-sound-card.so"));
    var voices = cache.open(SpeechPins.VOICES);
    for (var path : SpeechPins.paths("espeak-ng-data.txt")) {
      var target = folder.resolve(path);
      Files.createDirectories(target.getParent());
      Files.copy(voices.file(target.getFileName().toString()), target);
    }
    for (var drawn : Voices.drawn()) {
      Files.writeString(
          folder.resolve("espeak-ng-data/voices/!v").resolve(drawn.name()), drawn.text());
    }
  }

  /**
   * Words, each by itself.
   *
   * @throws IOException if the program fails, with what it said, or says other than so many words
   */
  List<Recording> say(Voices.Voice voice, List<String> words) throws IOException {
    var wav = folder.resolve("said-" + files.getAndIncrement() + ".wav");
    var text = new StringBuilder("<speak>");
    for (var word : words) {
      text.append(word).append("<break time=\"").append(PAUSE).append("ms\"/>");
    }
    var builder =
        new ProcessBuilder(
            List.of(
                folder.resolve("espeak-ng").toString(),
                "--path=" + folder,
                "-m",
                "-v",
                voice.name(),
                "-s",
                String.valueOf(voice.speed()),
                "-p",
                String.valueOf(voice.pitch()),
                "-w",
                wav.toString(),
                text.append("</speak>").toString()));
    builder.environment().put("LD_LIBRARY_PATH", folder.toString());
    builder.redirectErrorStream(true);
    var process = builder.start();
    try {
      process.getOutputStream().close();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("espeak-ng took more than " + SECONDS + " s for " + voice.name());
      }
      if (process.exitValue() != 0 || !Files.exists(wav)) {
        throw new IOException("espeak-ng ended with " + process.exitValue() + ": " + said.strip());
      }
      var apart = apart(WavFile.read(wav));
      if (apart.size() != words.size()) {
        throw new IOException(
            "espeak-ng with voice %s: expected %d words, heard %d"
                .formatted(voice.name(), words.size(), apart.size()));
      }
      return apart;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while espeak-ng spoke", e);
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(wav);
    }
  }

  /** The words of a recording: what lies between long stretches of quiet. */
  private static List<Recording> apart(Recording said) {
    var samples = said.samples();
    float loudest = 0;
    for (float x : samples) {
      loudest = Math.max(loudest, Math.abs(x));
    }
    int pause = (int) (LEAST_PAUSE * said.rate());
    var words = new ArrayList<Recording>();
    int first = -1;
    int last = 0;
    for (int i = 0; i < samples.length; i++) {
      boolean heard = Math.abs(samples[i]) > QUIET * loudest;
      if (heard) {
        first = first < 0 ? i : first;
        last = i;
      }
      if (first >= 0 && (i - last >= pause || i == samples.length - 1)) {
        words.add(Recording.mono(said.rate(), Arrays.copyOfRange(samples, first, last + 1)));
        first = -1;
      }
    }
    return words;
  }

  /** Deletes the folder. */
  @Override
  public void close() {
    try (var inside = Files.walk(folder)) {
      for (var path : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.getLogger(Synthesizer.class.getName())
          .log(System.Logger.Level.WARNING, "left behind: " + folder, e);
    }
  }
}
