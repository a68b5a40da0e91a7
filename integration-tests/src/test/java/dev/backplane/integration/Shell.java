package dev.backplane.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code ./backplane shell} as a process, spoken to over a pipe. */
final class Shell {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final Launcher.Running running;
  private int outMark;
  private int errMark;

  private Shell(Launcher.Running running) {
    this.running = running;
  }

  /**
   * Starts one.
   *
   * @param folder where it runs
   * @param plugins the folder it watches
   */
  static Shell start(Path folder, Path plugins) throws IOException {
    return new Shell(
        new Launcher(folder)
            .start(
                List.of("-Dbackplane.plugins=" + plugins, "-Dbackplane.plugins.patience=2"),
                "shell"));
  }

  /** From now on only what comes after this counts. */
  void mark() throws IOException {
    outMark = text(running.out()).length();
    errMark = text(running.err()).length();
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  String out() throws IOException {
    return text(running.out()).substring(outMark);
  }

  String err() throws IOException {
    return text(running.err()).substring(errMark);
  }

  void type(String line) throws IOException {
    var in = running.process().getOutputStream();
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  /** Waits until it says something, and returns that. */
  String hears(String regex) throws Exception {
    var end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end) && running.process().isAlive()) {
      var said = said(regex, Duration.ofMillis(20));
      if (said.isPresent()) {
        return said.get();
      }
    }
    throw didNotSay(regex);
  }

  private Optional<String> said(String regex, Duration patience) throws Exception {
    var pattern = Pattern.compile(regex);
    var end = Instant.now().plus(patience);
    do {
      for (var text : List.of(err(), out())) {
        var found = pattern.matcher(text);
        if (found.find()) {
          return Optional.of(found.group());
        }
      }
      Thread.sleep(20);
    } while (Instant.now().isBefore(end));
    return Optional.empty();
  }

  private AssertionError didNotSay(String regex) throws IOException {
    var err = err().lines().filter(line -> !line.contains("] epoch ")).toList();
    return new AssertionError(
        "did not say: " + regex + "\n--- out\n" + out() + "\n--- err\n" + String.join("\n", err));
  }

  /** Types a line again and again until the answer has that form: what it asks for changes. */
  void asks(String line, String regex) throws Exception {
    var end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end) && running.process().isAlive()) {
      mark();
      type(line);
      if (said(regex, Duration.ofMillis(300)).isPresent()) {
        return;
      }
    }
    throw didNotSay(regex);
  }

  /** Types a line and returns the first answer of that form that comes after it. */
  String answer(String line, String regex) throws Exception {
    mark();
    type(line);
    return hears(regex);
  }

  Launcher.Result end() throws Exception {
    running.process().getOutputStream().close();
    return running.await();
  }

  Process process() {
    return running.process();
  }
}
