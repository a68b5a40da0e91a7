package dev.backplane.backend.tpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.tpu.discovery.PluginFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Google's plugin, where it is installed. Its terms are between Google and whoever downloads it, so
 * that no build of ours does: it is looked for where the product looks, or {@code
 * BACKPLANE_TEST_LIBTPU} says where it is. Without it tests are skipped, which the report says.
 */
public final class LibTpu {
  private static final String WHERE = "BACKPLANE_TEST_LIBTPU";

  private LibTpu() {}

  /** The plugin's file; skips the test where there is none. */
  public static Path file() {
    var told = System.getenv(WHERE);
    if (told != null) {
      assertTrue(Files.isRegularFile(Path.of(told)), () -> WHERE + ": there is no " + told);
      return Path.of(told);
    }
    return PluginFiles.ofProcess().find().stream()
        .filter(
            file -> Files.isRegularFile(file) && file.getFileName().toString().contains("libtpu"))
        .findFirst()
        .orElseGet(
            () ->
                Assumptions.abort(
                    "SKIPPED, nothing is compiled for TPUs: there is no libtpu.so in"
                        + " BACKPLANE_PJRT, or else the cache's folder pjrt, TPU_LIBRARY_PATH, /lib"
                        + " or /usr/lib; "
                        + WHERE
                        + " names one for tests alone"));
  }
}
