package dev.backplane.backend.tpu;

import dev.backplane.recipes.cache.CacheSettings;
import dev.backplane.recipes.cache.DatasetCache;
import dev.backplane.recipes.cache.DatasetException;
import dev.backplane.recipes.cache.DatasetPin;
import dev.backplane.recipes.cache.PackageSource;
import dev.backplane.recipes.cache.PinnedFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The two real plugins that tests run on, pinned by their contents and fetched as datasets are:
 * XLA's for the CPU, one of PJRT 0.81 and one of 0.115. With {@code BACKPLANE_PJRT_REQUIRED} set,
 * as {@code ./backplane verify} does, they are fetched, and one that cannot be had fails the tests;
 * without it they are looked for in the cache alone, and tests that miss one are skipped, which the
 * report says.
 */
public enum TestPlugins {
  /** Of the OpenXLA authors. PJRT 0.81, StableHLO 1.13.3. */
  XLA_CPU(
      new DatasetPin(
          "pjrt-xla-cpu",
          List.of(
              new PinnedFile(
                  "xla_cpu_pjrt.so",
                  259_284_552,
                  "88c3f28c5900f48ad4a82cab9e79bba9537809743395e341485f8794268820dc")),
          List.of(
              new PackageSource.Pypi(
                  "xla-cpu-pjrt",
                  "0.0.1",
                  "xla_cpu_pjrt-0.0.1-py3-none-manylinux_2_27_x86_64.whl")),
          List.of(),
          "OpenXLA, Apache-2.0: downloaded, never redistributed")),
  /** Of a third party, made from the XLA of jaxlib 0.11.2. PJRT 0.115, StableHLO 1.20.0. */
  LAMMPS_JAX_CPU(
      new DatasetPin(
          "pjrt-lammps-jax-cpu",
          List.of(
              new PinnedFile(
                  "pjrt_c_api_cpu_plugin.so",
                  201_600_336,
                  "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2")),
          List.of(
              new PackageSource.Pypi(
                  "lammps-jax-pjrt-cpu",
                  "0.11.2",
                  "lammps_jax_pjrt_cpu-0.11.2-py3-none-manylinux_2_27_x86_64.whl")),
          List.of(),
          "Apache-2.0 with third-party notices: downloaded, never redistributed"));

  private static final String REQUIRED = "BACKPLANE_PJRT_REQUIRED";

  private final DatasetPin pin;

  TestPlugins(DatasetPin pin) {
    this.pin = pin;
  }

  /** Both, for parameterized tests. */
  public static Stream<TestPlugins> all() {
    return Stream.of(values());
  }

  /** The plugin's file; skips the test where it is not there and need not be. */
  public Path file() {
    var process = CacheSettings.ofProcess();
    boolean required = System.getenv(REQUIRED) != null;
    var settings =
        new CacheSettings(
            process.root(),
            process.given(),
            process.offline() || !required,
            process.bases(),
            process.path(),
            process.stall(),
            process.limit());
    try {
      return new DatasetCache(settings, System.err::println)
          .open(pin)
          .file(pin.files().getFirst().name());
    } catch (DatasetException e) {
      if (required) {
        throw new AssertionError(REQUIRED + " is set, and " + pin.name() + " cannot be had", e);
      }
      return Assumptions.abort(
          "SKIPPED, the plugin "
              + pin.name()
              + " is not in the cache; set "
              + REQUIRED
              + " to fetch it");
    }
  }
}
