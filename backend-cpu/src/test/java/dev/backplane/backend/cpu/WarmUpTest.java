package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Program;
import dev.backplane.backend.Workspace;
import dev.backplane.graph.Graph;
import dev.backplane.op.Binary;
import dev.backplane.op.Dot;
import dev.backplane.op.Scatter;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Programs whose kernels are scalar at first, and of vectors once these are warm. */
class WarmUpTest {
  private static Graph graph() {
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(64, 130));
    var e = builder.apply(new Unary(Unary.Kind.TANH), x);
    return builder.build(List.of(builder.apply(new Binary(Binary.Kind.MULTIPLY), e, x)));
  }

  private static Literal values() {
    var values = new float[64 * 130];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i - 4000) / 1000f;
    }
    return Literal.of(Shape.of(64, 130), values);
  }

  /** A program on buffers of a device. */
  private record Bound(Executable executable, Execution execution, Buffer result)
      implements AutoCloseable {
    static Bound of(Device device, Workspace workspace) {
      return of(device, workspace, graph(), List.of(values()));
    }

    static Bound of(Device device, Workspace workspace, Graph graph, List<Literal> values) {
      var executable = device.compile(Program.of(graph), workspace);
      var in = device.allocate(graph.inputTypes());
      var out = device.allocate(graph.outputTypes());
      for (int i = 0; i < values.size(); i++) {
        OnCpu.write(in.get(i), values.get(i));
      }
      return new Bound(executable, executable.bind(in, out), out.getFirst());
    }

    void start() {
      execution.start();
      execution.await();
    }

    Literal run() {
      start();
      return OnCpu.read(result);
    }

    @Override
    public void close() {
      execution.close();
      executable.close();
    }
  }

  @Test
  void theBitsStayWhenTheVectorsTakeOver() throws Exception {
    for (int threads : List.of(1, 3)) {
      try (var device = OnCpu.warming(threads);
          var workspace = new Workspace();
          var bound = Bound.of(device, workspace)) {
        var first = bound.run();
        assertFalse(OnceWarm.warmsUp(), "what ran once is left scalar");
        assertEquals(first, bound.run());
        OnceWarm.await(bound::start);
        for (int i = 0; i < 3; i++) {
          assertEquals(first, bound.run());
        }
        try (var vectors = OnCpu.open(threads);
            var other = new Workspace();
            var atOnce = Bound.of(vectors, other)) {
          assertEquals(first, atOnce.run());
        }
      }
    }
  }

  /** What is not generated takes the same way: products that oneDNN does not have, sums of rows. */
  @Test
  void productsAndSumsOfRowsWarmUpToo() throws Exception {
    var builder = new Graph.Builder();
    var integers = builder.input(TensorType.of(DType.I32, 40, 40));
    var table = builder.input(TensorType.f32(40, 70));
    var rows = builder.input(TensorType.of(DType.I32, 30, 1));
    var updates = builder.input(TensorType.f32(30, 70));
    var scatter = new Scatter(Scatter.Mode.ADD, List.of(1), List.of(0), List.of(0), 1);
    var product = builder.apply(Dot.matmul(DType.I32), integers, integers);
    var graph = builder.build(List.of(builder.apply(scatter, table, rows, updates), product));
    var random = new Random(3);
    var values =
        graph.inputTypes().stream()
            .map(type -> Literal.fill(type, _ -> random.nextInt(40)))
            .toList();
    try (var device = OnCpu.warming(1);
        var workspace = new Workspace();
        var bound = Bound.of(device, workspace, graph, values)) {
      var first = bound.run();
      assertEquals(0, OnceWarm.leastBytes(bound::start, 200), "bytes in 200 runs");
      assertEquals(first, bound.run());
    }
  }

  @Test
  void aDeviceThatClosesEndsItsWarmUp() {
    try (var workspace = new Workspace()) {
      var device = OnCpu.warming(1);
      var bound = Bound.of(device, workspace);
      bound.run();
      bound.run();
      device.close();
      assertFalse(OnceWarm.warmsUp());
    }
  }
}
