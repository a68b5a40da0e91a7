package dev.backplane.backend.tpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.Workspace;
import dev.backplane.backend.tpu.discovery.PluginFiles;
import dev.backplane.graph.Graph;
import dev.backplane.op.Dot;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiling for TPUs that are not here, by Google's plugin where it is installed. */
class AheadDeviceTest {
  private static final TensorType SQUARE = TensorType.f32(128, 128);

  @TempDir Path cache;

  private TpuBackend backend() {
    return new TpuBackend(new PluginFiles(Optional.of(List.of(LibTpu.file())), cache, List.of()));
  }

  private static Device open(TpuBackend backend, String id, int replicas) {
    var devices = backend.devices();
    Assumptions.assumeTrue(
        devices.stream().noneMatch(d -> d.id().equals("tpu:0")),
        "SKIPPED, a TPU is in this host: nothing is compiled for others");
    var info = devices.stream().filter(d -> d.id().equals(id)).findFirst().orElseThrow();
    return backend.open(Collections.nCopies(replicas, info), DeviceSettings.defaults());
  }

  /** A product with itself, in its own memory. */
  private static Program square() {
    var builder = new Graph.Builder();
    var x = builder.input(SQUARE);
    var product = builder.apply(Dot.matmul(DType.F32), x, x);
    return new Program(
        builder.build(List.of(product)),
        new Donations(Map.of(0, 0)),
        Numerics.exact(),
        Tuning.none());
  }

  /** Also where there is a TPU in this host, the plugin says what it can do. */
  @Test
  void thePluginIsToldOfOrItsHardwareElsewhereIs() {
    var devices = backend().devices();
    var ids = devices.stream().map(DeviceInfo::id).toList();
    if (ids.contains("tpu:0")) {
      return;
    }
    assertTrue(
        ids.containsAll(
            List.of("pjrt:" + LibTpu.file().getFileName(), "ahead:v4:2x2x1", "ahead:v5e:2x2")),
        ids::toString);
    var plugin = devices.stream().filter(d -> d.id().startsWith("pjrt:")).findFirst().orElseThrow();
    assertFalse(plugin.usable());
    assertTrue(plugin.reason().startsWith("it gives no client: "), plugin.reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ahead:v4:2x2x1", "ahead:v5e:2x2", "ahead:v6e:2x2"})
  void aProgramIsCompiledAndRunsNowhere(String id) {
    try (var device = open(backend(), id, 1);
        var arena = Arena.ofShared();
        var workspace = new Workspace();
        var executable = device.compile(square(), workspace)) {
      assertTrue(device.info().onlyCompiles());
      var implementation = executable.report().kernels().getFirst().implementation();
      assertTrue(implementation.matches("xla:tpu:pjrt-0\\.[0-9]+"), implementation);
      var buffer = device.allocate(List.of(SQUARE)).getFirst();
      var host = arena.allocate(SQUARE.bytes(), 64);
      buffer.write(host).start();
      executable.bind(List.of(buffer), List.of(buffer)).start();
      var read = buffer.read(host);
      var refused = assertThrows(UnsupportedProgramException.class, read::start);
      assertTrue(
          refused.getMessage().contains(id + ": programs are compiled"), refused::getMessage);
    }
  }

  @Test
  void fourReplicasAreCompiledFor() {
    try (var device = open(backend(), "ahead:v5e:2x2", 4);
        var workspace = new Workspace();
        var executable = device.compile(square(), workspace)) {
      assertTrue(executable.report().nanos() > 0);
      assertEquals(4, device.allocate(List.of(SQUARE)).size());
    }
  }

  @Test
  void whatATpuDoesNotMultiplyIsRefusedByName() {
    var type = TensorType.of(DType.I64, 4, 4);
    try (var device = open(backend(), "ahead:v6e:2x2", 1)) {
      var support = device.supports(Dot.matmul(DType.I64), List.of(type, type));
      assertTrue(support instanceof Support.No, support::toString);
    }
  }

  @Test
  void afterTheBundleHasStoppedNothingIsCompiled() {
    var backend = backend();
    try (var device = open(backend, "ahead:v5e:2x2", 1);
        var workspace = new Workspace()) {
      backend.deactivate();
      assertThrows(DeviceLostException.class, () -> device.compile(square(), workspace));
    }
  }
}
