package dev.backplane.backend.tpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.tpu.discovery.PluginFiles;
import dev.backplane.tck.Conformance;
import dev.backplane.tck.Protocol;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The rules of the SPI, on both plugins. */
class TpuBackendTest {
  @TempDir static Path cache;

  private static TpuBackend backend() {
    var files = TestPlugins.all().map(TestPlugins::file).toList();
    return new TpuBackend(new PluginFiles(Optional.of(files), cache, List.of()));
  }

  /** The plugin of the newer PJRT comes first. */
  @Test
  void numbersPluginsForCpusNewestFirst() {
    var devices = backend().devices();
    assertEquals(
        List.of("pjrt-cpu:0", "pjrt-cpu:1"), devices.stream().map(DeviceInfo::id).toList());
    assertEquals(
        List.of("0.115 1.20.0", "0.81 1.13.3"),
        devices.stream()
            .map(d -> d.properties().get("pjrt") + " " + d.properties().get("stablehlo"))
            .toList());
  }

  @TestFactory
  Stream<DynamicTest> everyRule() {
    var backend = backend();
    return backend.devices().stream()
        .flatMap(
            device ->
                Protocol.checks(backend, device)
                    .map(check -> dynamicTest(device.id() + ": " + check.name(), check::run)));
  }

  /**
   * Random programs of ops whose results are exact. On the newer plugin: the compiler of the older
   * one folds a NaN away that a program of x % x and clamp makes (docs/tpu.md).
   */
  @Test
  void programs() {
    var backend = backend();
    var newest = backend.devices().getFirst();
    try (var device = backend.open(List.of(newest), DeviceSettings.defaults())) {
      Conformance.programs(device, 1, 40);
    }
  }
}
