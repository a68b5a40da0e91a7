package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's ten lines of Java, compiled and run as a user would: on the class path and on the
 * module path, with the flags its table names. One epoch instead of ten.
 */
class ReadmeIT {
  private static final String VECTORS = "jdk.incubator.vector";

  @TempDir private Path folder;

  @Test
  void theTenLinesRunOnTheClassPath() throws Exception {
    var source = folder.resolve("Main.java");
    Files.writeString(source, tenLines());
    var printed =
        run(
            "java",
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules",
            VECTORS,
            "--class-path",
            path(jars()),
            source.toString());
    assertTrained(printed);
  }

  @Test
  void theTenLinesRunOnTheModulePath() throws Exception {
    var sources = Files.createDirectories(folder.resolve("src/app"));
    Files.writeString(
        folder.resolve("src/module-info.java"),
        "module app { requires dev.backplane.layers.core; }");
    Files.writeString(sources.resolve("Main.java"), inAClass(tenLines()));
    var classes = folder.resolve("classes");
    run(
        "javac",
        "-d",
        classes.toString(),
        "--module-path",
        path(jars()),
        folder.resolve("src/module-info.java").toString(),
        sources.resolve("Main.java").toString());
    var printed =
        run(
            "java",
            "--enable-native-access=dev.backplane.backend.cpu,org.bytedeco.javacpp",
            "--add-modules",
            VECTORS,
            "--module-path",
            path(jars()) + File.pathSeparator + classes,
            "--module",
            "app/app.Main");
    assertTrained(printed);
  }

  private static void assertTrained(String printed) {
    assertFalse(printed.contains("restricted method"), printed);
    var accuracy = Pattern.compile("test_accuracy ([0-9.]+)").matcher(printed);
    assertTrue(accuracy.find(), printed);
    assertTrue(Double.parseDouble(accuracy.group(1)) > 0.8, printed);
    assertTrue(printed.contains(" on cpu "), printed);
    var label = printed.strip().lines().toList().getLast();
    assertTrue(label.matches("[0-9]"), printed);
  }

  /** The README's first block of Java, with one epoch. */
  private static String tenLines() throws Exception {
    var readme = Files.readString(Path.of("..", "README.md"));
    var block =
        Pattern.compile("^```java\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL).matcher(readme);
    assertTrue(block.find(), "README.md has no block of Java");
    var text = block.group(1);
    assertTrue(text.contains("epochs(10)"), text);
    return text.replace("epochs(10)", "epochs(1)");
  }

  /** A module has no classes outside packages: imports stay above, the rest goes into a class. */
  private static String inAClass(String text) {
    var lines = text.lines().collect(Collectors.partitioningBy(line -> line.startsWith("import ")));
    return Stream.of(
            List.of("package app;"),
            lines.get(true),
            List.of("public class Main {"),
            lines.get(false),
            List.of("}"))
        .flatMap(List::stream)
        .collect(Collectors.joining("\n"));
  }

  /** What a user's dependencies come to: the thin artifacts and what they need. */
  private static List<String> jars() {
    var needed =
        List.of(
            "api",
            "runtime",
            "kit",
            "backend.cpu",
            "layers.attention",
            "layers.core",
            "layers.convolution",
            "layers.recurrent",
            "layers.audio",
            "layers.vision",
            "layers.text",
            "recipes");
    var libraries = List.of("javacpp", "dnnl", "opencl", "jackson-core", "xz");
    var names =
        Stream.concat(needed.stream().map(name -> "dev.backplane." + name), libraries.stream())
            .map(name -> Pattern.quote(name) + "-[0-9].*\\.jar")
            .collect(Collectors.joining("|"));
    var jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> Path.of(entry).getFileName().toString().matches(names))
            .toList();
    assertTrue(jars.size() >= needed.size() + libraries.size(), "not all jars are there: " + jars);
    return jars;
  }

  private static String path(List<String> entries) {
    return String.join(File.pathSeparator, entries);
  }

  private String run(String tool, String... arguments) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    Collections.addAll(command, arguments);
    var printed = folder.resolve(tool + ".txt");
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    assertTrue(process.waitFor(10, TimeUnit.MINUTES), tool + " did not end within ten minutes");
    var text = Files.readString(printed);
    assertEquals(0, process.exitValue(), tool + ":\n" + text);
    return text;
  }
}
