package dev.backplane.backend.tpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.Workspace;
import dev.backplane.backend.tpu.discovery.PluginFiles;
import dev.backplane.graph.Graph;
import dev.backplane.op.AllReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Constant;
import dev.backplane.op.Dot;
import dev.backplane.op.Reduce;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a training does again and again: a batch in, a step with donated state, a number out. */
class StepTest {
  private static final TensorType VECTOR = TensorType.f32(1024);

  @TempDir static Path cache;

  private static Device open(TestPlugins which, int replicas) {
    var backend =
        new TpuBackend(new PluginFiles(Optional.of(List.of(which.file())), cache, List.of()));
    var info = backend.devices().getFirst();
    return backend.open(Collections.nCopies(replicas, info), DeviceSettings.defaults());
  }

  /** State plus what comes in, donated. */
  private static Program step() {
    var builder = new Graph.Builder();
    var state = builder.input(VECTOR);
    var batch = builder.input(VECTOR);
    var next = builder.apply(new Binary(Binary.Kind.ADD), state, batch);
    return new Program(
        builder.build(List.of(next)), new Donations(Map.of(0, 0)), Numerics.exact(), Tuning.none());
  }

  private static void complete(Execution execution) {
    execution.start();
    execution.await();
  }

  private static long residentKilobytes() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void tenThousandStepsAllocateNothingAndLeaveNothing(TestPlugins which) throws Exception {
    try (var device = open(which, 1);
        var arena = Arena.ofShared();
        var workspace = new Workspace();
        var executable = device.compile(step(), workspace)) {
      var buffers = device.allocate(List.of(VECTOR, VECTOR));
      var host = arena.allocate(VECTOR.bytes(), 64);
      host.setAtIndex(ValueLayout.JAVA_FLOAT, 7, 1f);
      var state = arena.allocate(VECTOR.bytes(), 64);
      try (var write = buffers.get(1).write(host);
          var run = executable.bind(buffers, List.of(buffers.getFirst()));
          var read = buffers.getFirst().read(state)) {
        steps(5_000, write, run);
        long resident = residentKilobytes();
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        steps(5_000, write, run);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        complete(read);
        assertEquals(10_000f, state.getAtIndex(ValueLayout.JAVA_FLOAT, 7));
        assertTrue(allocated < 5_000, () -> "allocated in 5,000 steps: " + allocated + " bytes");
        // A buffer that is left behind at each step would be 20 MB.
        long grown = residentKilobytes() - resident;
        assertTrue(grown < 8_000, () -> "grown by " + grown + " kB");
      }
      buffers.forEach(Buffer::close);
      assertEquals(0, device.memory().used());
    }
  }

  /** Added one to the other, in f32, they would be wrong by 5e-4 of their sum. */
  @ParameterizedTest
  @EnumSource
  void aSumOfManyTermsIsNearTheExactOne(TestPlugins which) {
    var many = TensorType.f32(64, 28, 28, 8);
    var builder = new Graph.Builder();
    var x = builder.input(many);
    var graph =
        builder.build(List.of(builder.apply(new Reduce(Combiner.ADD, List.of(0, 1, 2)), x)));
    try (var device = open(which, 1);
        var arena = Arena.ofShared();
        var workspace = new Workspace();
        var executable = device.compile(Program.of(graph), workspace)) {
      var in = device.allocate(List.of(many));
      var out = device.allocate(List.of(TensorType.f32(8)));
      var host = arena.allocate(many.bytes(), 64);
      for (int i = 0; i < many.shape().size(); i++) {
        host.setAtIndex(ValueLayout.JAVA_FLOAT, i, 0.1f);
      }
      var sum = arena.allocate(32, 64);
      try (var write = in.getFirst().write(host);
          var run = executable.bind(in, out);
          var read = out.getFirst().read(sum)) {
        complete(write);
        complete(run);
        complete(read);
      }
      double expected = 64 * 28 * 28 * (double) 0.1f;
      for (int i = 0; i < 8; i++) {
        assertEquals(expected, sum.getAtIndex(ValueLayout.JAVA_FLOAT, i), 1e-6 * expected);
      }
      in.forEach(Buffer::close);
      out.forEach(Buffer::close);
    }
  }

  /** A program of its own each time, so that none is taken out of the cache. */
  private static Program number(int number) {
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    var constant = builder.apply(new Constant(Literal.fill(VECTOR, i -> number + i)));
    var sum = builder.apply(new Binary(Binary.Kind.ADD), x, constant);
    return Program.of(builder.build(List.of(sum)));
  }

  @ParameterizedTest
  @EnumSource
  void hundredsOfCompilationsLeaveNothing(TestPlugins which) throws Exception {
    try (var device = open(which, 1);
        var workspace = new Workspace()) {
      // What leaks does so in every round; heap and allocators grow in some.
      long least = Long.MAX_VALUE;
      for (int round = 0; round < 4; round++) {
        touchTheHeap();
        long resident = residentKilobytes();
        for (int i = 0; i < 100; i++) {
          device.compile(number(100 * round + i), workspace).close();
        }
        least = Math.min(least, residentKilobytes() - resident);
      }
      long grown = least;
      assertTrue(grown < 12_000, () -> "grown by " + grown + " kB in 100 compilations");
    }
  }

  /** What is allocated afterwards lies where something has lain: what grows then is no heap. */
  private static void touchTheHeap() {
    long bytes = 0;
    for (int i = 0; i < 600; i++) {
      bytes += new byte[1 << 20].length;
    }
    assertEquals(600L << 20, bytes);
  }

  /** Some compiler would multiply by the copy of a kernel that it made at the first run. */
  @ParameterizedTest
  @EnumSource
  void whatIsUpdatedInPlaceIsSeenByEveryProgram(TestPlugins which) {
    var rows = TensorType.f32(256, 784);
    var kernel = TensorType.f32(784, 128);
    var product = TensorType.f32(256, 128);
    var dot = new Graph.Builder();
    var x = dot.input(rows);
    var y = dot.apply(Dot.matmul(DType.F32), x, dot.input(kernel));
    var add = new Graph.Builder();
    var state = add.input(kernel);
    var next = add.apply(new Binary(Binary.Kind.ADD), state, add.input(kernel));
    var donating = new Donations(Map.of(0, 0));
    var update = new Program(add.build(List.of(next)), donating, Numerics.exact(), Tuning.none());
    try (var device = open(which, 1);
        var arena = Arena.ofShared();
        var workspace = new Workspace();
        var multiply = device.compile(Program.of(dot.build(List.of(y))), workspace);
        var adding = device.compile(update, workspace)) {
      var buffers = device.allocate(List.of(rows, kernel, kernel, product));
      for (var buffer : buffers.subList(0, 3)) {
        var host = arena.allocate(buffer.type().bytes(), 64);
        for (long i = 0; i < buffer.type().shape().size(); i++) {
          host.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1f);
        }
        try (var write = buffer.write(host)) {
          complete(write);
        }
      }
      var state0 = buffers.get(1);
      var host = arena.allocate(product.bytes(), 64);
      try (var evaluate = multiply.bind(List.of(buffers.get(0), state0), List.of(buffers.get(3)));
          var step = adding.bind(List.of(state0, buffers.get(2)), List.of(state0));
          var read = buffers.get(3).read(host)) {
        for (int i = 1; i <= 3; i++) {
          complete(evaluate);
          complete(read);
          assertEquals(784f * i, host.getAtIndex(ValueLayout.JAVA_FLOAT, 77));
          complete(step);
        }
      }
    }
  }

  private static void steps(int count, Execution write, Execution run) {
    for (int i = 0; i < count; i++) {
      complete(write);
      complete(run);
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoReplicasAddUpWithinAProgram(TestPlugins which) {
    var builder = new Graph.Builder();
    var x = builder.input(VECTOR);
    var sum = builder.apply(new AllReduce(Combiner.ADD), x);
    try (var device = open(which, 2);
        var arena = Arena.ofShared();
        var workspace = new Workspace();
        var executable = device.compile(Program.of(builder.build(List.of(sum))), workspace)) {
      var arguments = device.allocate(List.of(VECTOR));
      var results = device.allocate(List.of(VECTOR));
      assertEquals(2, arguments.size());
      var host = arena.allocate(VECTOR.bytes(), 64);
      for (int replica = 0; replica < 2; replica++) {
        host.setAtIndex(ValueLayout.JAVA_FLOAT, 3, 10f + replica);
        try (var write = arguments.get(replica).write(host)) {
          complete(write);
        }
      }
      try (var run = executable.bind(arguments, results)) {
        complete(run);
      }
      for (var result : results) {
        try (var read = result.read(host)) {
          complete(read);
        }
        assertEquals(21f, host.getAtIndex(ValueLayout.JAVA_FLOAT, 3));
      }
    }
  }
}
