package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Without any framework: the ten lines on a class path and on a module path, as packaged jars. */
class PlainPathIT {
  /** What a program that trains on the CPU has on its path, with what these bring along. */
  private static final List<String> JARS =
      List.of(
          "dev.backplane.api-",
          "dev.backplane.runtime-",
          "dev.backplane.kit-",
          "dev.backplane.backend.cpu-",
          "dev.backplane.layers.core-",
          "dev.backplane.recipes-",
          "jackson-core-",
          "xz-",
          "javacpp-",
          "dnnl-",
          "opencl-");

  @TempDir Path folder;

  @BeforeEach
  void sources() throws IOException {
    for (var name : List.of("TenLines.java", "module-info.java")) {
      try (InputStream source = PlainPathIT.class.getResourceAsStream("/plain/" + name)) {
        Files.createDirectories(folder.resolve("src/plain"));
        Files.copy(
            source, folder.resolve(name.startsWith("module") ? "src" : "src/plain").resolve(name));
      }
    }
  }

  /** The jars of the path, each found by its name on the test's own class path. */
  private static String path() {
    var all = System.getProperty("java.class.path").split(File.pathSeparator);
    var jars = new ArrayList<String>();
    for (var wanted : JARS) {
      var found =
          Arrays.stream(all)
              .filter(jar -> Path.of(jar).getFileName().toString().startsWith(wanted))
              .toList();
      assertTrue(!found.isEmpty(), () -> "no " + wanted + "*.jar among " + Arrays.toString(all));
      jars.addAll(found);
    }
    return String.join(File.pathSeparator, jars);
  }

  private String run(String tool, String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    command.addAll(List.of(arguments));
    var process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> String.join(" ", command) + "\n" + text);
    return text;
  }

  private static void assertLearnt(String output) {
    var accuracy =
        output
            .lines()
            .filter(line -> line.startsWith("accuracy "))
            .collect(Collectors.joining())
            .substring("accuracy ".length());
    assertTrue(Double.parseDouble(accuracy) >= 0.85, output);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void theTenLinesRunOnAClassPath(String device) throws Exception {
    run("javac", "-cp", path(), "-d", "out", "src/plain/TenLines.java");
    assertLearnt(
        run(
            "java",
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            path() + File.pathSeparator + "out",
            "plain.TenLines",
            device));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu", "reference"})
  void theTenLinesRunOnAModulePath(String device) throws Exception {
    run("javac", "-p", path(), "-d", "out", "src/module-info.java", "src/plain/TenLines.java");
    assertLearnt(
        run(
            "java",
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=dev.backplane.backend.cpu,org.bytedeco.javacpp",
            "-p",
            path() + File.pathSeparator + "out",
            "-m",
            "plain/plain.TenLines",
            device));
  }
}
