package dev.backplane.recipes.cache;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A virtual machine of its own that opens the tiny dataset, as a second {@code train} on the same
 * host would.
 */
final class OneProcess {
  private OneProcess() {}

  /**
   * Opens the dataset and prints how it went.
   *
   * @param arguments the cache's root and the npm base
   */
  public static void main(String[] arguments) throws Exception {
    var settings =
        TestPins.settings(Path.of(arguments[0]), Map.of("npm", URI.create(arguments[1])));
    try {
      var files = new DatasetCache(settings, OneProcess::print).open(TestPins.tiny(TestPins.NPM));
      System.out.println("opened " + Sha256.ofFile(files.file("images")));
    } catch (DatasetException e) {
      System.out.println(e.reason() + " " + e.getMessage());
    }
  }

  private static void print(FetchEvent event) {
    if (event instanceof FetchEvent.Waiting) {
      System.out.println("waiting");
    }
  }

  /** Starts one; {@code prefix} is put before the command, such as a shell that sets a limit. */
  static Process start(Path root, URI base, Path output, String... prefix) throws Exception {
    var command = new ArrayList<>(List.of(prefix));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            OneProcess.class.getName(),
            root.toString(),
            base.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  /** Waits for its end and gives what it printed. */
  static String output(Process process, Path output) throws Exception {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the process did not end within 60 s: " + Files.readString(output));
    }
    return Files.readString(output).strip();
  }
}
