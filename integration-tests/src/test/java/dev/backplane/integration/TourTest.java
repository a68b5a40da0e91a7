package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/tour.md is a program: its Java blocks, run together, print its text blocks. */
class TourTest {
  @Test
  void theTourPrintsWhatItSays(@TempDir Path folder) throws Exception {
    var page = Files.readString(repository().resolve("docs/tour.md"));
    var source = folder.resolve("Tour.java");
    Files.writeString(source, blocks(page, "java"));
    var printed = folder.resolve("printed");
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dstdout.encoding=UTF-8",
                source.toString())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the tour did not end within two minutes");
    assertEquals(blocks(page, "text"), Files.readString(printed));
    assertEquals(0, process.exitValue());
  }

  /** The folder above that has the tour: tests run in their module's folder or in the root. */
  private static Path repository() {
    var folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("docs/tour.md"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException(
            "docs/tour.md is in no folder above " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }

  private static String blocks(String page, String language) {
    return Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
        .matcher(page)
        .results()
        .map(block -> block.group(1))
        .collect(Collectors.joining());
  }
}
