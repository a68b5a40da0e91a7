package dev.backplane.integration.embedding;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that the test starts in a folder of its own, without what the test's own JVM was
 * started with.
 *
 * @param folder where it runs and where its output goes
 * @param environment what is other than in the test's own environment
 * @param prefix what the command stands behind: {@code taskset -c 0}
 */
record Jvm(Path folder, Map<String, String> environment, List<String> prefix) {
  private static final long TIMEOUT_SECONDS = 600;

  static Jvm in(Path folder) {
    return new Jvm(folder, Map.of(), List.of());
  }

  Jvm with(String variable, Object value) {
    var more = new HashMap<>(environment);
    more.put(variable, value.toString());
    return new Jvm(folder, more, prefix);
  }

  Jvm behind(String... command) {
    return new Jvm(folder, environment, List.of(command));
  }

  /**
   * What a process left.
   *
   * @param exitCode its exit code
   * @param out what it wrote to standard output
   * @param err what it wrote to standard error
   */
  record Result(int exitCode, String out, String err) {
    /** Everything it wrote: for the message of an assertion. */
    @Override
    public String toString() {
      return "exit code " + exitCode + "\n--- out\n" + out + "\n--- err\n" + err;
    }
  }

  /** The JDK that runs the test, with these arguments. */
  Result java(String... arguments) throws IOException, InterruptedException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return run(
        Stream.of(List.of(java, "-XX:+UseSerialGC"), List.of(arguments))
            .flatMap(List::stream)
            .toArray(String[]::new));
  }

  Result run(String... command) throws IOException, InterruptedException {
    var words = new ArrayList<>(prefix);
    words.addAll(List.of(command));
    var out = Files.createTempFile(folder, "out", ".txt");
    var err = Files.createTempFile(folder, "err", ".txt");
    var builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    var process = builder.start();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      throw new AssertionError(
          "still running after " + TIMEOUT_SECONDS + " s: " + words + "\n" + text(out) + text(err));
    }
    return new Result(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
