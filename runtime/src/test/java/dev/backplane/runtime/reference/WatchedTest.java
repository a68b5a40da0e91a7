package dev.backplane.runtime.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Backend;
import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Executable;
import dev.backplane.backend.MemoryUse;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.op.Binary;
import dev.backplane.op.Op;
import dev.backplane.tck.CaseResult;
import dev.backplane.tck.Conformance;
import dev.backplane.tck.FailAt;
import dev.backplane.tck.Protocol;
import dev.backplane.tck.Recorder;
import dev.backplane.tck.Strict;
import dev.backplane.tck.Watched;
import dev.backplane.tck.Watcher;
import dev.backplane.tck.Watcher.Kind;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class WatchedTest {
  private static final TensorType VECTOR = TensorType.f32(3);
  private final ReferenceBackend backend = new ReferenceBackend();

  private Device open(Watcher watcher) {
    return open(Watched.backend(backend, watcher));
  }

  private static Device open(Backend backend) {
    return backend.open(backend.devices(), DeviceSettings.defaults());
  }

  private static Graph sum() {
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    var y = builder.input(VECTOR);
    return builder.build(List.of(builder.apply(new Binary(Binary.Kind.ADD), x, y)));
  }

  @Test
  void aWatchedBackendKeepsTheProtocol() {
    var recorder = new Recorder();
    Protocol.checks(Watched.backend(backend, recorder), backend.devices().getFirst())
        .forEach(Protocol.Check::run);
    for (var kind : Kind.values()) {
      assertTrue(recorder.count(kind) > 0, kind + " was never recorded");
    }
  }

  @Test
  void theKitItselfIsStrict() {
    var strict = new Strict();
    try (var device = open(strict);
        var oracle = open(backend)) {
      var some = Conformance.families().stream().filter(f -> f.name().contains("ADD:f32")).toList();
      assertTrue(some.size() >= 4, some.toString());
      Conformance.run(
          device, oracle, 1, some, result -> assertTrue(result instanceof CaseResult.Passed));
    }
    strict.requireNothingOpen();
  }

  @Test
  void strictnessSeesLeaksAndUseAfterClose() {
    var strict = new Strict();
    var device = open(strict);
    var buffers = device.allocate(List.of(VECTOR, VECTOR));
    buffers.getFirst().close();
    assertEquals(2, strict.leaks().size(), "the device and a buffer");
    assertThrows(AssertionError.class, strict::requireNothingOpen);
    try (var workspace = new Workspace();
        var executable = device.compile(Program.of(sum()), workspace)) {
      var misuse =
          assertThrows(AssertionError.class, () -> executable.bind(buffers, buffers.subList(0, 1)));
      assertTrue(misuse.getMessage().contains("closed"), misuse.getMessage());
    }
    device.close();
  }

  @Test
  void strictnessSeesWhoReadsWhatWasDonated() {
    var strict = new Strict();
    try (var device = open(strict);
        var workspace = new Workspace()) {
      var buffers = device.allocate(List.of(VECTOR, VECTOR, VECTOR));
      var program =
          new Program(sum(), new Donations(Map.of(0, 0)), Numerics.exact(), Tuning.none());
      try (var executable = device.compile(program, workspace);
          var execution = executable.bind(buffers.subList(0, 2), buffers.subList(2, 3))) {
        execution.start();
        execution.await();
        var misuse = assertThrows(AssertionError.class, execution::start);
        assertTrue(misuse.getMessage().contains("donated"), misuse.getMessage());
      }
    }
  }

  @Test
  void everyCallCanFailOnce() {
    int n = 0;
    boolean failed;
    do {
      var failAt = new FailAt(++n, () -> new DeviceLostException("test"));
      try (var device = open(failAt)) {
        runOnce(device);
      } catch (DeviceLostException e) {
        assertEquals("test", e.getMessage());
      }
      failed = failAt.failed();
    } while (failed);
    assertTrue(n > 5, n + " calls");
  }

  private static void runOnce(Device device) {
    try (var workspace = new Workspace();
        var executable = device.compile(Program.of(sum()), workspace)) {
      var buffers = device.allocate(List.of(VECTOR, VECTOR, VECTOR));
      try (var execution = executable.bind(buffers.subList(0, 2), buffers.subList(2, 3))) {
        execution.start();
        execution.await();
      }
      buffers.forEach(Buffer::close);
    }
  }

  /** A backend that computes something else than it was asked for. */
  private record Twisted(Device device, UnaryOperator<Op> twist) implements Device {
    @Override
    public DeviceInfo info() {
      return device.info();
    }

    @Override
    public Support supports(Op op, List<TensorType> operands) {
      return device.supports(op, operands);
    }

    @Override
    public List<Buffer> allocate(List<TensorType> types) {
      return device.allocate(types);
    }

    @Override
    public Executable compile(Program program, Workspace workspace) {
      var nodes = new ArrayList<Node>();
      for (var node : program.graph().nodes()) {
        nodes.add(new Node(twist.apply(node.op()), node.operands(), node.results(), node.origin()));
      }
      var graph = program.graph();
      var other = new Graph(graph.inputs(), nodes, graph.outputs());
      return device.compile(
          new Program(other, program.donations(), program.numerics(), program.tuning()), workspace);
    }

    @Override
    public MemoryUse memory() {
      return device.memory();
    }

    @Override
    public void close() {
      device.close();
    }
  }

  @Test
  void theKitFindsADeviceThatComputesSomethingElse() {
    for (var kind : Binary.Kind.values()) {
      var other = kind == Binary.Kind.SUBTRACT ? Binary.Kind.ADD : Binary.Kind.SUBTRACT;
      var subject = new Binary(kind);
      assertFalse(failures(subject, new Binary(other)).isEmpty(), kind + " as " + other);
    }
    assertFalse(
        failures(new Binary(Binary.Kind.MAXIMUM), new Binary(Binary.Kind.MINIMUM)).isEmpty());
    assertFalse(
        failures(
                new Binary(Binary.Kind.SHIFT_RIGHT_LOGICAL),
                new Binary(Binary.Kind.SHIFT_RIGHT_ARITHMETIC))
            .isEmpty());
  }

  @Test
  void randomProgramsFindADeviceThatComputesSomethingElse() {
    var add = new Binary(Binary.Kind.ADD);
    var subtract = new Binary(Binary.Kind.SUBTRACT);
    try (var twisted = new Twisted(open(backend), x -> x.equals(add) ? subtract : x);
        var oracle = open(backend)) {
      var failure =
          assertThrows(AssertionError.class, () -> Conformance.programs(twisted, oracle, 1, 100));
      var text = failure.getMessage();
      assertTrue(text.contains("repeat with Conformance.programs(device, oracle, "), text);
      assertTrue(text.contains("Binary{kind=ADD}"), text);
    }
  }

  private List<String> failures(Op op, Op instead) {
    var failures = new ArrayList<String>();
    try (var twisted = new Twisted(open(backend), x -> x.equals(op) ? instead : x);
        var oracle = open(backend)) {
      var family =
          Conformance.families().stream()
              .filter(f -> f.primitive() == Binary.class && f.at(1, 0).op().equals(op))
              .filter(f -> f.dtype() == DType.I32)
              .toList();
      Conformance.run(
          twisted,
          oracle,
          1,
          family,
          result -> {
            if (result instanceof CaseResult.Failed failed) {
              failures.add(failed.message());
            }
          });
    }
    failures.forEach(text -> assertTrue(text.contains("repeat with -Dbackplane.tck.seed=1"), text));
    return failures;
  }

  @Test
  void theKitFindsADeviceThatCannotBeOpenedTwice() {
    // The second device of the rule is refused by this watcher: the rule that needs it must fail.
    var once = new FailAt(2, () -> new IllegalStateException("opened twice"));
    Watcher openings =
        call -> {
          if (call.kind() == Kind.OPEN) {
            once.before(call);
          }
        };
    var watched = Watched.backend(backend, openings);
    DeviceInfo info = backend.devices().getFirst();
    var rule =
        Protocol.checks(watched, info)
            .filter(check -> check.name().contains("another device's"))
            .findFirst()
            .orElseThrow();
    assertThrows(IllegalStateException.class, rule::run);
  }
}
