package dev.backplane.backend.tpu.discovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Tries a plugin in a child process, where it may hang, abort or crash.
 *
 * @param limit how long it may take
 * @param chips whether the host has TPUs
 * @param environment the variables of this process, which the child has too
 */
record ChildProbe(Duration limit, TpuChips chips, Map<String, String> environment) {
  private static final int MOST_WORDS = 300;

  /** How the names of variables begin that plugins, or the linker that loads them, read. */
  private static final List<String> READ =
      List.of(
          "TPU_",
          "LIBTPU_",
          "ALLOW_MULTIPLE_LIBTPU_LOAD",
          "CLOUD_TPU_",
          "GCE_METADATA",
          "PJRT_",
          "XLA_",
          "CUDA_",
          "NVIDIA_",
          "HIP_",
          "ROC",
          "LD_");

  ChildProbe {
    environment = Map.copyOf(environment);
  }

  static ChildProbe ofHost() {
    return new ChildProbe(
        Duration.ofSeconds(Long.getLong("backplane.pjrt.timeout", 20)),
        TpuChips.ofHost(),
        System.getenv());
  }

  /**
   * What an answer hangs on besides the plugin's file. A plugin that answered where it was told not
   * to ask a server would hang this process where it is not.
   */
  String circumstances() {
    var read = new TreeMap<>(environment);
    read.keySet().removeIf(name -> READ.stream().noneMatch(name::startsWith));
    return chips.areThere() + " " + limit + " " + read;
  }

  /**
   * What it says of itself, or why it cannot be used.
   *
   * @throws IOException if it could not be tried
   * @throws InterruptedException if it was not tried to the end
   */
  PluginAnswer ask(Path plugin) throws IOException, InterruptedException {
    var objection = ElfFile.objection(plugin);
    if (Thread.interrupted()) {
      // Then the file could not be read for that.
      throw new InterruptedException();
    }
    if (objection.isPresent()) {
      return PluginAnswer.refused(plugin, objection.get());
    }
    var folder = Files.createTempDirectory("backplane-pjrt");
    try {
      return ask(plugin, folder);
    } finally {
      delete(folder);
    }
  }

  private PluginAnswer ask(Path plugin, Path folder) throws IOException, InterruptedException {
    ClassFiles.write(ProbeMain.class, folder);
    var answer = folder.resolve("answer");
    var said = folder.resolve("said");
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("crash"),
                "--enable-native-access=ALL-UNNAMED",
                "--class-path",
                folder.toString(),
                ProbeMain.class.getName(),
                plugin.toString(),
                answer.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().putAll(environment);
    chips.environment().forEach(builder.environment()::putIfAbsent);
    var child = builder.start();
    // The child ends itself when this is closed, be it that this process is no more.
    try (var _ = child.getOutputStream()) {
      if (!child.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return PluginAnswer.refused(
            plugin,
            "it hangs: a process that tried it was ended after "
                + limit.toSeconds()
                + " s (-Dbackplane.pjrt.timeout=SECONDS waits longer)"
                + lastWords(said));
      }
    } finally {
      child.destroyForcibly().waitFor();
    }
    if (child.exitValue() != 0 || !Files.exists(answer)) {
      return PluginAnswer.refused(
          plugin,
          "the process that tried it ended with " + ending(child.exitValue()) + lastWords(said));
    }
    try (var in = Files.newBufferedReader(answer)) {
      return PluginAnswer.read(plugin, in);
    }
  }

  /** A process that a signal ended has 128 and the signal's number as its exit value. */
  private static String ending(int value) {
    return switch (value) {
      case 134 -> "an abort (SIGABRT)";
      case 135 -> "a bus error (SIGBUS)";
      case 139 -> "a crash (SIGSEGV)";
      default -> "exit value " + value;
    };
  }

  private static String lastWords(Path said) throws IOException {
    var text = new String(Files.readAllBytes(said), StandardCharsets.UTF_8);
    // What the JVM says of its own death is not what was asked for.
    var lines =
        text.lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .toList();
    if (lines.isEmpty()) {
      return "";
    }
    var last = String.join(" ", lines.subList(Math.max(0, lines.size() - 2), lines.size()));
    return ": " + last.substring(0, Math.min(MOST_WORDS, last.length()));
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (var files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (var each : all) {
      Files.deleteIfExists(each);
    }
  }
}
