package dev.backplane.runtime.reference;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.op.AllGather;
import dev.backplane.op.Reshape;
import dev.backplane.tck.Protocol;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ReferenceProtocolTest {
  private final ReferenceBackend backend = new ReferenceBackend();

  @TestFactory
  Stream<DynamicTest> keepsTheProtocol() {
    return Protocol.checks(backend, backend.devices().getFirst())
        .map(check -> dynamicTest(check.name(), check::run));
  }

  @Test
  void donationsOfUnequalTypesAreRefused() {
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(4));
    var graph = builder.build(List.of(builder.apply(new Reshape(Shape.of(2, 2)), x)));
    var program = new Program(graph, new Donations(Map.of(0, 0)), Numerics.exact(), Tuning.none());
    try (var device = backend.open(backend.devices(), DeviceSettings.defaults());
        var workspace = new Workspace()) {
      var refused =
          assertThrows(
              IllegalArgumentException.class, () -> device.compile(program, workspace).close());
      assertTrue(refused.getMessage().contains("f32[4]"), refused.getMessage());
    }
  }

  @Test
  void collectivesForAnotherNumberOfReplicasAreRefusedByName() {
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(4));
    var graph = builder.build(builder.apply(new AllGather(0, 8), List.of(x), "dense_3"));
    try (var device = backend.open(backend.devices(), DeviceSettings.defaults());
        var workspace = new Workspace()) {
      var refused =
          assertThrows(
              UnsupportedProgramException.class,
              () -> device.compile(Program.of(graph), workspace).close());
      assertTrue(refused.getMessage().contains("AllGather in layer dense_3"), refused.getMessage());
    }
  }

  @Test
  void groupsOfStrangersAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> backend.open(List.of(), DeviceSettings.defaults()));
  }
}
