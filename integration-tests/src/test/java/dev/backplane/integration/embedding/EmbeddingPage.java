package dev.backplane.integration.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * The code of {@code docs/embedding.md}: each block that begins with a file's name in a comment is
 * that file.
 *
 * @param folder where its files are
 */
record EmbeddingPage(Path folder) {
  private static final Pattern BLOCK =
      Pattern.compile("^```\\w*\n// (\\S+)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  /** Writes the files of the page. */
  static EmbeddingPage writtenTo(Path folder) throws IOException {
    var page = Files.readString(Path.of("..", "docs", "embedding.md"));
    var blocks = BLOCK.matcher(page).results().toList();
    assertTrue(blocks.size() >= 6, "files on docs/embedding.md: " + blocks.size());
    for (var block : blocks) {
      var file = folder.resolve(block.group(1));
      Files.createDirectories(file.getParent());
      Files.writeString(file, block.group(2));
    }
    return new EmbeddingPage(folder);
  }

  /** Compiles the application for a class path. */
  Path application() throws IOException {
    return compile("application", "--class-path", false, "acme", "Points", "Training", "Main");
  }

  /** Compiles the application for a module path. */
  Path module() throws IOException {
    return compile("module", "--module-path", true, "acme", "Points", "Training", "Main");
  }

  /** Compiles the process that has a framework of its own. */
  Path host() throws IOException {
    return compile("host", "--class-path", false, "acme/host", "Host");
  }

  /** Makes the application's bundle. */
  Path bundle() throws IOException {
    var classes =
        compile("bundle", "--class-path", false, "acme", "Points", "Training", "Activator");
    var jar = folder.resolve("acme.jar");
    tool(
        "jar",
        "--create",
        "--file=" + jar,
        "--manifest=" + folder.resolve("META-INF/MANIFEST.MF"),
        "-C",
        classes.toString(),
        ".");
    return jar;
  }

  private Path compile(String output, String path, boolean module, String sources, String... names)
      throws IOException {
    var classes = Files.createDirectories(folder.resolve("classes").resolve(output));
    var jars = Stream.concat(Artifacts.thin().stream(), Stream.of(Artifacts.equinox())).toList();
    var arguments = new ArrayList<>(List.of("-d", classes.toString(), path, Artifacts.path(jars)));
    for (var name : names) {
      arguments.add(folder.resolve(sources).resolve(name + ".java").toString());
    }
    if (module) {
      arguments.add(folder.resolve("module-info.java").toString());
    }
    tool("javac", arguments.toArray(String[]::new));
    return classes;
  }

  private static void tool(String name, String... arguments) {
    var printed = new StringWriter();
    var writer = new PrintWriter(printed);
    int exitCode = ToolProvider.findFirst(name).orElseThrow().run(writer, writer, arguments);
    assertEquals(0, exitCode, () -> name + ": " + printed);
  }
}
