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
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * espeak-ng, unpacked into a folder of its own and run as a program, once for each word. It needs
 * no root and no sound card: a library that does nothing stands in for the one of the sound card.
 */
final class Synthesizer implements AutoCloseable {
  private static final int SECONDS = 60;

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
      synthesizer.say("en-us", 170, 50, "one");
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
  }

  /**
   * A word.
   *
   * @param voice such as {@code en-us+f2}
   * @param speed words a minute
   * @param pitch 0 to 99
   * @throws IOException if the program fails, with what it said
   */
  Recording say(String voice, int speed, int pitch, String text) throws IOException {
    var wav = folder.resolve("said-" + files.getAndIncrement() + ".wav");
    var builder =
        new ProcessBuilder(
            List.of(
                folder.resolve("espeak-ng").toString(),
                "--path=" + folder,
                "-v",
                voice,
                "-s",
                String.valueOf(speed),
                "-p",
                String.valueOf(pitch),
                "-w",
                wav.toString(),
                text));
    builder.environment().put("LD_LIBRARY_PATH", folder.toString());
    builder.redirectErrorStream(true);
    var process = builder.start();
    try {
      process.getOutputStream().close();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("espeak-ng took more than " + SECONDS + " s for one word");
      }
      if (process.exitValue() != 0 || !Files.exists(wav)) {
        throw new IOException("espeak-ng ended with " + process.exitValue() + ": " + said.strip());
      }
      return WavFile.read(wav);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while espeak-ng spoke", e);
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(wav);
    }
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
