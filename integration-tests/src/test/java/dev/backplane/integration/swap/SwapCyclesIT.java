package dev.backplane.integration.swap;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.recipes.cache.CacheSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bundles come and go in a living process, over and over, and leave nothing behind: no class
 * loader, no thread, no file, no mapped library of their own, no memory. So many cycles as the
 * system property {@code backplane.cycles} says.
 */
class SwapCyclesIT {
  private static final String CYCLES = System.getProperty("backplane.cycles", "50");

  @TempDir Path folder;

  @Test
  void theCpuBackendComesAndGoes() throws Exception {
    var jar = SwapProcess.bundle("backend.cpu-");
    var said =
        new SwapProcess(folder)
            .without("backend.cpu-")
            .run("cycles", jar.toString(), "iris-mlp", "cpu", CYCLES, "24");
    assertTrue(said.contains("after " + CYCLES + " cycles"), said);
  }

  @Test
  void aPluginComesAndGoes() throws Exception {
    var process = new SwapProcess(folder);
    var jar = process.plugin("1.0.0");
    var said = process.run("cycles", jar.toString(), "acme-product", "cpu", CYCLES, "24");
    assertTrue(said.contains("after " + CYCLES + " cycles"), said);
  }

  /**
   * Its plugin is loaded once: the bundle that keeps it stays. Each second cycle stops it twice.
   */
  @Test
  void thePjrtBackendComesAndGoesAHundredTimes() throws Exception {
    var plugin = plugin();
    var jar = SwapProcess.bundle("backend.tpu-");
    var said =
        new SwapProcess(folder)
            .without("backend.tpu-")
            .run(
                Map.of("BACKPLANE_PJRT", plugin.toString()),
                "cycles",
                jar.toString(),
                "iris-mlp",
                "pjrt-cpu:0",
                "67",
                // 0.1 MB a cycle were seen. A client left open in each costs half a megabyte, and
                // its threads, which are counted.
                "16");
    assertTrue(said.contains("after 67 cycles"), said);
  }

  /** Where the tests of the backend have fetched it; without it, and no need of it, skipped. */
  private static Path plugin() throws IOException {
    var datasets = CacheSettings.ofProcess().root().resolve("datasets");
    if (Files.isDirectory(datasets)) {
      try (var files = Files.find(datasets, 2, (file, _) -> file.endsWith("xla_cpu_pjrt.so"))) {
        var found = files.findFirst();
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    assertNull(System.getenv("BACKPLANE_PJRT_REQUIRED"), "the plugin is not in " + datasets);
    return Assumptions.abort("SKIPPED, the plugin pjrt-xla-cpu is not in " + datasets);
  }
}
