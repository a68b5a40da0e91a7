package dev.backplane.integration.swap;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
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
            .run("cycles", jar.toString(), "iris-mlp", "cpu", CYCLES);
    assertTrue(said.contains("after " + CYCLES + " cycles"), said);
  }

  @Test
  void aPluginComesAndGoes() throws Exception {
    var process = new SwapProcess(folder);
    var jar = process.plugin("1.0.0");
    var said = process.run("cycles", jar.toString(), "acme-product", "cpu", CYCLES);
    assertTrue(said.contains("after " + CYCLES + " cycles"), said);
  }
}
