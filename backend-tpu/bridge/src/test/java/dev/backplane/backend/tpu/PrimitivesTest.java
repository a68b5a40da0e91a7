package dev.backplane.backend.tpu;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.tpu.discovery.PluginFiles;
import dev.backplane.tck.Conformance;
import dev.backplane.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of every primitive against the reference, on both plugins: on the first in f32 where
 * it is defined, on the second in another dtype, so that all dtypes have their turn; a few cases of
 * each. With {@code -Dbackplane.tck.dtypes=all} everything runs on both, which takes an hour.
 */
class PrimitivesTest {
  @TempDir static Path cache;

  /** How many of a family. */
  private static final int CASES = 5;

  private static final List<Device> OPEN = new ArrayList<>();

  @AfterAll
  static void close() {
    OPEN.forEach(Device::close);
  }

  @TestFactory
  Stream<DynamicContainer> everyPrimitive() {
    var files = TestPlugins.all().map(TestPlugins::file).toList();
    var backend = new TpuBackend(new PluginFiles(Optional.of(files), cache, List.of()));
    var containers = new ArrayList<DynamicContainer>();
    for (var info : backend.devices()) {
      containers.add(dynamicContainer(info.id(), checks(backend, info, containers.isEmpty())));
    }
    return containers.stream();
  }

  private static Stream<DynamicTest> checks(TpuBackend backend, DeviceInfo info, boolean single) {
    var device = backend.open(List.of(info), DeviceSettings.defaults());
    OPEN.add(device);
    var kinds = new TreeMap<String, List<Conformance.Check>>();
    Conformance.checks(device, 1)
        .forEach(
            check ->
                kinds
                    .computeIfAbsent(check.name().replaceAll(":.*", ""), _ -> new ArrayList<>())
                    .add(check));
    boolean all = System.getProperty("backplane.tck.dtypes", "").equals("all");
    var chosen = new ArrayList<Conformance.Check>();
    for (var kind : kinds.values()) {
      chosen.addAll(all ? kind : List.of(one(kind, single, chosen.size())));
    }
    return chosen.stream()
        .map(
            check ->
                dynamicTest(
                    check.name(),
                    () ->
                        check
                            .runTogether(all ? Integer.MAX_VALUE : CASES)
                            .ifPresent(
                                reason -> {
                                  throw new AssertionError(check.name() + ": " + reason);
                                })));
  }

  /** The check in f32, or in one of the other dtypes, which take turns. */
  private static Conformance.Check one(List<Conformance.Check> kind, boolean single, int turn) {
    var others =
        kind.stream().filter(check -> (check.family().dtype() == DType.F32) == single).toList();
    var choice = others.isEmpty() ? kind : others;
    return choice.get(turn % choice.size());
  }
}
