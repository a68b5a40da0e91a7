package dev.backplane.integration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The launcher as a process of its own, as {@code ./backplane} starts it.
 *
 * @param folder where it runs and where its output goes
 */
record Launcher(Path folder) {
  private static final long TIMEOUT_SECONDS = 600;

  /**
   * What a process left.
   *
   * @param exitCode its exit code
   * @param out what it wrote to standard output
   * @param err what it wrote to standard error
   */
  record Result(int exitCode, String out, String err) {
    List<String> lines() {
      return out.lines().toList();
    }

    String lastLine() {
      return lines().isEmpty() ? "" : lines().getLast();
    }

    /** Everything it wrote: for the message of an assertion. */
    @Override
    public String toString() {
      return "exit code " + exitCode + "\n--- out\n" + out + "\n--- err\n" + err;
    }
  }

  Result run(String... arguments) throws IOException, InterruptedException {
    return start(arguments).await();
  }

  Running start(String... arguments) throws IOException {
    return start(List.of(), arguments);
  }

  /** The same with further options for the JVM. */
  Running start(List<String> options, String... arguments) throws IOException {
    return start(Map.of(), options, arguments);
  }

  /** The same with further variables in its environment. */
  Running start(Map<String, String> environment, List<String> options, String... arguments)
      throws IOException {
    // A shell's background job hands an ignored SIGINT on to all it starts: Ctrl-C must work there
    // too.
    var command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx1g",
            "--add-modules=ALL-DEFAULT,jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp"))));
    command.addAll(options);
    command.addAll(
        List.of(
            "--module-path=" + AssemblyFolder.root().resolve("boot"),
            "--module=dev.backplane.launcher.boot/dev.backplane.launcher.boot.Main"));
    command.addAll(List.of(arguments));
    var out = Files.createTempFile(folder, "out", ".txt");
    var err = Files.createTempFile(folder, "err", ".txt");
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    // What plugins of PJRT a host has is none of these tests' business.
    builder.environment().put("BACKPLANE_PJRT", "");
    builder.environment().putAll(environment);
    return new Running(builder.start(), out, err);
  }

  /**
   * A process at work.
   *
   * @param process the process
   * @param out where its standard output goes
   * @param err where its standard error goes
   */
  record Running(Process process, Path out, Path err) {
    Result await() throws IOException, InterruptedException {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError("still running after " + TIMEOUT_SECONDS + " s: " + result());
      }
      return result();
    }

    private Result result() throws IOException {
      return new Result(process.isAlive() ? -1 : process.exitValue(), text(out), text(err));
    }

    private static String text(Path file) throws IOException {
      // The JVM's own note on the incubator module is no part of what we say.
      return Files.readString(file, StandardCharsets.UTF_8)
          .replace("WARNING: Using incubator modules: jdk.incubator.vector\n", "");
    }

    /** Sends what Ctrl-C sends. */
    void interrupt() throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
    }
  }
}
