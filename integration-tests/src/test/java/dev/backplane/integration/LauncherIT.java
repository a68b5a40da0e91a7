package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process: exit codes, and words instead of stack traces. */
class LauncherIT {
  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void launcher() {
    launcher = new Launcher(folder);
  }

  private Launcher.Result run(int exitCode, String... arguments) throws Exception {
    var result = launcher.run(arguments);
    assertEquals(exitCode, result.exitCode(), result::toString);
    assertFalse(result.err().contains("\tat "), result::toString);
    return result;
  }

  private Path plugin(String requirement) throws IOException {
    var manifest = new Manifest();
    var headers = manifest.getMainAttributes();
    headers.putValue("Manifest-Version", "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", "acme.backend");
    headers.putValue("Bundle-Version", "1.2.3");
    headers.putValue("Require-Capability", requirement);
    var bytes = new ByteArrayOutputStream();
    new JarOutputStream(bytes, manifest).close();
    return Files.write(folder.resolve("acme.jar"), bytes.toByteArray());
  }

  @Test
  void whyListsEveryBundleThatFitsThisHost() throws Exception {
    var result = run(0, "why");
    for (var name :
        List.of(
            "api",
            "runtime",
            "backend.cpu",
            "layers.core",
            "layers.audio",
            "layers.vision",
            "layers.attention",
            "layers.recurrent",
            "layers.convolution",
            "layers.text",
            "recipes",
            "launcher.plots",
            "launcher.cli")) {
      assertTrue(result.out().contains("fits      dev.backplane." + name + " 0.1.0\n"), name);
    }
    // Where no plugin of PJRT is listed the backend for those is not needed.
    assertEquals(
        List.of("left out  dev.backplane.backend.tpu 0.1.0"),
        result.out().lines().filter(line -> line.startsWith("left out")).toList());
    assertTrue(
        result.out().contains("needs hardware (type=pjrt); this host has cpu"), result::toString);
  }

  @Test
  void whyForAnOldHostNamesTheRequirementThatFails() throws Exception {
    var host =
        Files.writeString(
            folder.resolve("old-host"),
            "# a server of 2019\nbackplane.hardware;type=cpu;arch=x86_64;glibc:Version=2.28\n");
    var result = run(0, "why", "--host", host.toString());
    assertTrue(result.out().contains("left out  dev.backplane.backend.cpu"), result::toString);
    assertTrue(result.out().contains("(glibc>=2.34) (it has glibc=2.28.0)"), result::toString);
    assertTrue(result.out().contains("fits      dev.backplane.runtime"), result::toString);
  }

  @Test
  void whyForAPluginThatDoesNotFitSaysSoAndExitsWith3() throws Exception {
    var plugin = plugin("backplane.hardware;filter:=\"(type=quantum)\"");
    var result = run(3, "why", "--json", plugin.toString());
    assertEquals(
        "{\"event\":\"bundle\",\"bundle\":\"acme.backend\",\"version\":\"1.2.3\",\"fits\":false,"
            + "\"reasons\":[\"needs hardware (type=quantum); this host has cpu\"]}",
        result.lastLine());
  }

  @Test
  void whyForAPluginThatFitsExitsWith0() throws Exception {
    var plugin = plugin("backplane.hardware;filter:=\"(type=cpu)\"");
    assertEquals("fits      acme.backend 1.2.3", run(0, "why", plugin.toString()).lastLine());
  }

  @Test
  void anUnknownCommandIsWrongUsageWithASuggestion() throws Exception {
    var result = run(2, "trian", "iris-mlp");
    assertTrue(
        result.err().contains("there is no command 'trian'; did you mean 'train'?"),
        result::toString);
  }

  @Test
  void anUnknownOptionIsWrongUsageWithASuggestion() throws Exception {
    var result = run(2, "train", "iris-mlp", "--epoch", "3");
    assertTrue(
        result.err().contains("there is no option '--epoch'; did you mean '--epochs'?"),
        result::toString);
  }

  @Test
  void noCommandIsWrongUsageAndShowsThemAll() throws Exception {
    var result = run(2);
    for (var command : List.of("devices", "why", "recipes", "train", "verify", "install")) {
      assertTrue(result.err().contains("  " + command), result::toString);
    }
  }

  @Test
  void aMissingFileIsNamed() throws Exception {
    var result = run(1, "why", "no-such-bundle.jar");
    assertTrue(result.err().contains("no-such-bundle.jar: there is no such file"));
  }

  @Test
  void aTuningRecordThatIsNotThereIsSaidToBeMissing() throws Exception {
    var result = run(1, "train", "iris-mlp", "--tuning", "nothere");
    assertTrue(result.err().contains("--tuning nothere: there is no such file"), result::toString);
  }

  @Test
  void processesSideBySideShareNothingAndLeaveNothing() throws Exception {
    var one = launcher.start("why");
    var two = launcher.start("why");
    assertEquals(0, one.await().exitCode());
    assertEquals(0, two.await().exitCode());
    assertEquals(List.of(), leftovers());
  }

  @Test
  void whatAKilledProcessLeftIsRemovedByTheNext() throws Exception {
    var killed = launcher.start("why");
    var storage = awaitStorage();
    killed.process().destroyForcibly().waitFor();
    assertEquals(List.of(storage), leftovers());
    run(0, "why");
    assertEquals(List.of(), leftovers());
  }

  /** Services go while a command that has just begun asks for them. */
  @Test
  void aSignalWhileItStartsIsNoDefect() throws Exception {
    for (int millis = 500; millis <= 1500; millis += 200) {
      var started = launcher.start("why", "iris-mlp");
      Thread.sleep(millis);
      started.process().destroy();
      var result = started.await();
      assertFalse(result.err().contains("defect"), result::toString);
    }
  }

  private Path awaitStorage() throws Exception {
    var deadline = Instant.now().plusSeconds(120);
    while (Instant.now().isBefore(deadline)) {
      var found = leftovers();
      if (!found.isEmpty()) {
        return found.getFirst();
      }
      Thread.sleep(10);
    }
    throw new AssertionError("the launcher made no storage");
  }

  private List<Path> leftovers() throws IOException {
    var tmp = folder.resolve("tmp");
    if (!Files.exists(tmp)) {
      return List.of();
    }
    try (var files = Files.list(tmp)) {
      return files.filter(f -> f.getFileName().toString().startsWith("backplane-")).toList();
    }
  }
}
