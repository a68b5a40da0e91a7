package dev.backplane.integration;

import static org.ops4j.pax.exam.CoreOptions.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ops4j.pax.exam.Option;

/** What the launcher runs, as the build made it. */
public final class AssemblyFolder {
  private AssemblyFolder() {}

  public static Path root() {
    return Path.of(System.getProperty("backplane.assembly"));
  }

  public static List<Path> bundles() {
    try (var files = Files.list(root().resolve("bundles"))) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All bundles; the probe starts first, as in the launcher, so that the others find devices. */
  static Option[] options() {
    return bundles().stream()
        .map(
            jar ->
                jar.getFileName().toString().contains(".probe-")
                    ? bundle(jar.toUri().toString()).startLevel(1)
                    : bundle(jar.toUri().toString()))
        .toArray(Option[]::new);
  }
}
