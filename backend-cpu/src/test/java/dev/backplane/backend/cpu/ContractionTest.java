package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Device;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.graph.Graph;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.op.Transpose;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contractions of every dtype and any order of axes against the reference interpreter. */
class ContractionTest {
  private static final int SHAPES = 60;
  private static Device device;

  @BeforeAll
  static void open() {
    device = OnCpu.open();
  }

  @AfterAll
  static void close() {
    device.close();
  }

  @TestFactory
  List<DynamicTest> everyDtypeAgreesWithTheReference() {
    var tests = new ArrayList<DynamicTest>();
    for (var dtype : DType.values()) {
      if (dtype.isNumeric()) {
        tests.add(DynamicTest.dynamicTest(dtype.toString(), () -> agrees(dtype)));
      }
    }
    return tests;
  }

  private void agrees(DType dtype) {
    for (int seed = 0; seed < SHAPES; seed++) {
      var random = new Random(seed);
      var results = new ArrayList<DType>(List.of(dtype));
      if (dtype == DType.F16 || dtype == DType.BF16) {
        results.add(DType.F32);
      }
      if (dtype == DType.I8 || dtype == DType.U8) {
        results.add(DType.I32);
      }
      for (var result : results) {
        var sample = Sample.of(random, dtype, result);
        var expected = Interpreter.run(sample.graph(), sample.arguments()).getFirst();
        for (boolean vectors : new boolean[] {true, false}) {
          var program =
              new Program(
                  sample.graph(),
                  dev.backplane.backend.Donations.none(),
                  new Numerics(Precision.FULL, vectors),
                  dev.backplane.backend.Tuning.none());
          var found = OnCpu.run(device, program, sample.arguments()).getFirst();
          assertClose(expected, found, "seed " + seed + "\n" + sample.graph());
        }
      }
    }
  }

  private static void assertClose(Literal expected, Literal found, String where) {
    assertEquals(expected.type(), found.type(), where);
    double tolerance =
        switch (expected.type().dtype()) {
          case F64 -> 1e-12;
          case F32 -> 1e-5;
          case BF16 -> 1e-2;
          case F16 -> 2e-3;
          case I64, I32, I8, U32, U8, BOOL -> 0;
        };
    for (int i = 0; i < expected.type().shape().size(); i++) {
      double e = expected.doubleAt(i);
      double f = found.doubleAt(i);
      assertTrue(
          Math.abs(e - f) <= tolerance * Math.max(1, Math.abs(e)),
          where + " element " + i + ": expected " + e + ", found " + f);
    }
  }

  /** A contraction of random rank, order of axes and extents, with its arguments. */
  private record Sample(Graph graph, List<Literal> arguments) {
    static Sample of(Random random, DType dtype, DType result) {
      int batch = random.nextInt(3);
      int contracted = random.nextInt(3);
      int leftOthers = random.nextInt(3);
      int rightOthers = random.nextInt(3);
      var left = new ArrayList<Integer>();
      var right = new ArrayList<Integer>();
      for (int i = 0; i < batch + contracted + leftOthers; i++) {
        left.add(i);
      }
      for (int i = 0; i < batch + contracted + rightOthers; i++) {
        right.add(i);
      }
      if (random.nextInt(3) > 0) {
        Collections.shuffle(left, random);
        Collections.shuffle(right, random);
      }
      int[] leftShape = new int[left.size()];
      int[] rightShape = new int[right.size()];
      for (int i = 0; i < batch + contracted; i++) {
        int extent = extent(random);
        leftShape[left.get(i)] = extent;
        rightShape[right.get(i)] = extent;
      }
      for (int i = batch + contracted; i < left.size(); i++) {
        leftShape[left.get(i)] = extent(random);
      }
      for (int i = batch + contracted; i < right.size(); i++) {
        rightShape[right.get(i)] = extent(random);
      }
      var dot =
          new Dot(
              left.subList(0, batch),
              right.subList(0, batch),
              left.subList(batch, batch + contracted),
              right.subList(batch, batch + contracted),
              result,
              Precision.FULL);
      var builder = new Graph.Builder();
      var a = builder.input(new TensorType(dtype, Shape.of(leftShape)));
      var b = builder.input(new TensorType(dtype, Shape.of(rightShape)));
      var graph = builder.build(List.of(builder.apply(dot, a, b)));
      return new Sample(graph, List.of(values(random, a.type()), values(random, b.type())));
    }

    private static int extent(Random random) {
      return random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(random.nextInt(4) == 0 ? 19 : 5);
    }

    private static Literal values(Random random, TensorType type) {
      return Literal.fill(
          type,
          i ->
              type.dtype().isFloating()
                  ? random.nextGaussian()
                  : random.nextInt(type.dtype().isUnsigned() ? 200 : 120)
                      - (type.dtype().isUnsigned() ? 0 : 60));
    }
  }

  @Test
  void transposedMatricesAreReadInPlaceByOneDnn() {
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(64, 784));
    var dy = builder.input(TensorType.f32(64, 128));
    var dot = new Dot(List.of(), List.of(), List.of(0), List.of(0), DType.F32, Precision.FULL);
    var graph = builder.build(List.of(builder.apply(dot, x, dy)));
    try (var workspace = new dev.backplane.backend.Workspace();
        var executable = device.compile(Program.of(graph), workspace)) {
      var kernel = executable.report().kernels().getFirst();
      assertTrue(kernel.implementation().startsWith("brg"), kernel.toString());
    }
  }

  /** As a recurrent layer brings time to the front, and its kernel's gradient sums over both. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofOperandsInTwoOrdersTheSmallerIsTransposedUnlessTheGraphDoesSo(boolean already) {
    var builder = new Graph.Builder();
    var x = builder.input(TensorType.f32(6, 5, 8));
    var dy = builder.input(TensorType.f32(5, 6, 32));
    var dot =
        new Dot(List.of(), List.of(), List.of(1, 0), List.of(0, 1), DType.F32, Precision.FULL);
    var product = builder.apply(dot, x, dy);
    var moved = builder.apply(new Transpose(List.of(1, 0, 2)), x);
    var graph = builder.build(already ? List.of(product, moved) : List.of(product));
    var arguments =
        graph.inputTypes().stream().map(type -> Literal.fill(type, i -> i % 7 - 3)).toList();
    try (var divided = OnCpu.divided(2);
        var workspace = new dev.backplane.backend.Workspace();
        var executable = divided.compile(Program.of(graph), workspace)) {
      assertEquals(Interpreter.run(graph, arguments), OnCpu.run(divided, graph, arguments));
      var kernels = executable.report().kernels();
      assertEquals(2, kernels.size(), kernels::toString);
      assertEquals(2 * x.type().bytes(), kernels.getFirst().bytes(), kernels::toString);
      assertTrue(kernels.getLast().implementation().endsWith("×2"), kernels::toString);
    }
  }
}
