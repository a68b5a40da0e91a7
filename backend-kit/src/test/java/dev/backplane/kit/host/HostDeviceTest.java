package dev.backplane.kit.host;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.sun.management.ThreadMXBean;
import dev.backplane.BackplaneException;
import dev.backplane.backend.Backend;
import dev.backplane.backend.BackendInfo;
import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Support;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.UnsupportedProgramException;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.op.Binary;
import dev.backplane.op.Op;
import dev.backplane.op.Primitive;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.tck.Conformance;
import dev.backplane.tck.Protocol;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A host device with one kernel, f32 addition, and one that fails, the exponential. */
class HostDeviceTest {
  private static final TensorType VECTOR = TensorType.f32(5);
  private static final Backend BACKEND = new Adding();
  private static final Device DEVICE = open();

  private static final class Adding implements Backend {
    @Override
    public BackendInfo info() {
      return new BackendInfo("adding", "the tests", "1.0.0", Primitive.SET_NUMBER);
    }

    @Override
    public List<DeviceInfo> devices() {
      return List.of(new DeviceInfo("adding", "one loop", 1, true, "always there", Map.of()));
    }

    @Override
    public Device open(List<DeviceInfo> group, DeviceSettings settings) {
      return HostDevice.open(group, settings, Adding::kernel);
    }

    private static Optional<Kernel> kernel(
        Op op, List<TensorType> operands, List<TensorType> results) {
      if (results.getFirst().dtype() != DType.F32) {
        return Optional.empty();
      }
      if (op.equals(new Binary(Binary.Kind.ADD))) {
        long size = results.getFirst().shape().size();
        return Optional.of(
            (x, y) -> {
              for (long i = 0; i < size; i++) {
                float sum = x.get(0).getAtIndex(JAVA_FLOAT, i) + x.get(1).getAtIndex(JAVA_FLOAT, i);
                y.get(0).setAtIndex(JAVA_FLOAT, i, sum);
              }
            });
      }
      return op.equals(new Unary(Unary.Kind.EXP))
          ? Optional.of(
              (x, y) -> {
                throw new IllegalStateException("a wire is loose");
              })
          : Optional.empty();
    }
  }

  private static Device open() {
    return BACKEND.open(BACKEND.devices(), DeviceSettings.defaults());
  }

  @AfterAll
  static void close() {
    DEVICE.close();
  }

  @TestFactory
  Stream<DynamicTest> whatOnlyMovesDataRunsInEveryDtype() {
    var movements =
        List.of(
            "Constant", "Broadcast", "Reshape", "Transpose", "Slice", "Reverse", "Optimization");
    return Conformance.checks(DEVICE, 7)
        .filter(check -> movements.stream().anyMatch(name -> check.name().startsWith(name)))
        .map(check -> dynamicTest(check.name(), () -> assertEquals(Optional.empty(), check.run())));
  }

  @TestFactory
  Stream<DynamicTest> everyRuleOfTheSpi() {
    return Protocol.checks(BACKEND, BACKEND.devices().getFirst())
        .map(check -> dynamicTest(check.name(), check::run));
  }

  @Test
  void programsOfAdditionsAndMovementsAreExact() {
    Conformance.programs(DEVICE, 1, 300);
  }

  @Test
  void whatHasNoKernelIsRefusedByNameAndLayer() {
    var multiply = new Binary(Binary.Kind.MULTIPLY);
    assertInstanceOf(Support.No.class, DEVICE.supports(multiply, List.of(VECTOR, VECTOR)));
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    var graph = builder.build(builder.apply(multiply, List.of(x, x), "dense_1"));
    try (var workspace = new Workspace()) {
      var refusal =
          assertThrows(
              UnsupportedProgramException.class,
              () -> DEVICE.compile(Program.of(graph), workspace));
      assertEquals(
          "adding: no kernel for Binary[kind=MULTIPLY] of [f32[5], f32[5]] in layer dense_1",
          refusal.getMessage());
    }
  }

  @Test
  void groupsAndOptionsAreRefused() {
    var twice = List.of(BACKEND.devices().getFirst(), BACKEND.devices().getFirst());
    assertThrows(
        UnsupportedProgramException.class, () -> BACKEND.open(twice, DeviceSettings.defaults()));
    assertThrows(
        IllegalArgumentException.class,
        () -> BACKEND.open(BACKEND.devices(), new DeviceSettings(0, Map.of("speed", "high"))));
  }

  /** Each donated to the other's result: neither may be overwritten before it is read. */
  @Test
  void twoArgumentsChangePlaces() {
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    var y = builder.input(VECTOR);
    var program = donating(builder.build(List.of(y, x)), Map.of(0, 0, 1, 1));
    var buffers = DEVICE.allocate(List.of(VECTOR, VECTOR));
    write(buffers.get(0), 1);
    write(buffers.get(1), 2);
    try (var workspace = new Workspace();
        var executable = DEVICE.compile(program, workspace);
        var swap = executable.bind(buffers, buffers)) {
      swap.start();
      swap.await();
    }
    assertEquals(2, read(buffers.get(0)));
    assertEquals(1, read(buffers.get(1)));
    buffers.forEach(Buffer::close);
  }

  @Test
  void aKernelThatFailsLosesWhatWasDonatedUntilItIsWrittenAgain() {
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    var program =
        donating(builder.build(List.of(builder.apply(new Unary(Unary.Kind.EXP), x))), Map.of(0, 0));
    var buffers = DEVICE.allocate(List.of(VECTOR));
    try (var workspace = new Workspace();
        var executable = DEVICE.compile(program, workspace);
        var failing = executable.bind(buffers, buffers)) {
      failing.start();
      var failure = assertThrows(BackplaneException.class, failing::await);
      assertTrue(failure.getMessage().contains("a wire is loose"), failure.getMessage());
      assertThrows(DeviceLostException.class, () -> read(buffers.getFirst()));
      write(buffers.getFirst(), 3);
      assertEquals(3, read(buffers.getFirst()));
    }
    buffers.forEach(Buffer::close);
  }

  @Test
  void aStartAllocatesNothing() {
    var type = TensorType.f32(6, 5);
    var builder = new Graph.Builder();
    var x = builder.input(type);
    var turned = builder.apply(new Transpose(List.of(1, 0)), x);
    var sum = builder.apply(new Binary(Binary.Kind.ADD), turned, turned);
    var graph = builder.build(List.of(builder.apply(new Transpose(List.of(1, 0)), sum)));
    var buffers = DEVICE.allocate(List.of(type));
    try (var workspace = new Workspace();
        var executable = DEVICE.compile(donating(graph, Map.of(0, 0)), workspace);
        var step = executable.bind(buffers, buffers)) {
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 50; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
          step.start();
          step.await();
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least, "bytes in 100 starts");
    }
    buffers.forEach(Buffer::close);
  }

  @Test
  void memoryOfBuffersAndScratchIsGivenBack() {
    long before = DEVICE.memory().used();
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(1000));
    var y = x;
    for (int i = 0; i < 5; i++) {
      y = builder.apply(new Binary(Binary.Kind.ADD), y, y);
    }
    var graph = builder.build(List.of(y));
    try (var workspace = new Workspace();
        var executable = DEVICE.compile(Program.of(graph), workspace)) {
      assertTrue(executable.report().scratchBytes() >= 4000);
      assertTrue(executable.report().scratchBytes() < 4 * 4096, "lives of values share blocks");
      assertTrue(DEVICE.memory().used() >= before + executable.report().scratchBytes());
    }
    assertEquals(before, DEVICE.memory().used());
  }

  private static Program donating(Graph graph, Map<Integer, Integer> donations) {
    return new Program(graph, new Donations(donations), Numerics.exact(), Tuning.none());
  }

  private static void write(Buffer buffer, double number) {
    var value = Literal.fill(buffer.type(), i -> number);
    try (var arena = Arena.ofConfined()) {
      var host = arena.allocate(buffer.type().bytes(), 8);
      host.copyFrom(value.data());
      run(buffer.write(host));
    }
  }

  private static double read(Buffer buffer) {
    try (var arena = Arena.ofConfined()) {
      var host = arena.allocate(buffer.type().bytes(), 8);
      run(buffer.read(host));
      return host.get(JAVA_FLOAT, 0);
    }
  }

  private static void run(Execution execution) {
    try (execution) {
      execution.start();
      execution.await();
    }
  }
}
