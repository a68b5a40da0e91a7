package dev.backplane.backend.cpu.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Combiner;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Windows in the scalar and the vector form: the same bits, whatever the windows and the values.
 */
class WindowFormsTest {
  private static final int CASES = 400;

  /** Ties are likely, and everything that is not a plain number is there. */
  private static final float[] VALUES = {
    0f, -0f, 1f, -1f, 2f, 1e-40f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY
  };

  private static MemorySegment filled(Arena arena, Random random, Shape shape) {
    var memory = arena.allocate(Math.max(64, 4 * shape.size()), 64);
    boolean special = random.nextBoolean();
    for (long i = 0; i < shape.size(); i++) {
      float value = special ? VALUES[random.nextInt(VALUES.length)] : (float) random.nextGaussian();
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
    return memory;
  }

  private static Window window(Random random, boolean dilated) {
    int size = 1 + random.nextInt(3);
    return new Window(
        size,
        random.nextBoolean() ? size : 1 + random.nextInt(3),
        random.nextInt(4) - 1,
        random.nextInt(4) - 1,
        dilated ? 1 + random.nextInt(3) : 1,
        dilated && random.nextInt(4) == 0 ? 2 : 1);
  }

  private static List<Window> windows(Random random, boolean dilated) {
    return switch (random.nextInt(4)) {
      case 0 -> List.of(Window.one(), Window.of(2, 2), Window.of(2, 2), Window.one());
      case 1 -> List.of(Window.one(), Window.of(3, 2, 1, 1), Window.of(3, 2, 1, 1), Window.one());
      case 2 ->
          List.of(Window.one(), window(random, dilated), window(random, dilated), Window.one());
      default ->
          List.of(
              window(random, dilated),
              window(random, dilated),
              window(random, dilated),
              random.nextInt(5) == 0 ? window(random, dilated) : Window.one());
    };
  }

  private static Shape shape(Random random) {
    return Shape.of(
        1 + random.nextInt(3),
        1 + random.nextInt(9),
        1 + random.nextInt(9),
        1 + random.nextInt(random.nextBoolean() ? 70 : 20));
  }

  private static Shape positions(List<Window> windows, Shape shape) {
    var dimensions = new ArrayList<Integer>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      dimensions.add(windows.get(axis).positions(shape.dimension(axis)));
    }
    return new Shape(dimensions);
  }

  /** NaNs are one: which of them an instruction hands on is the processor's choice. */
  private static void assertSameBits(MemorySegment a, MemorySegment b, long count, String what) {
    for (long i = 0; i < count; i++) {
      assertEquals(
          Float.floatToIntBits(a.getAtIndex(ValueLayout.JAVA_FLOAT, i)),
          Float.floatToIntBits(b.getAtIndex(ValueLayout.JAVA_FLOAT, i)),
          what + " element " + i);
    }
  }

  @TestFactory
  Stream<DynamicTest> reductionsHaveEqualBits() {
    return Stream.of(Combiner.ADD, Combiner.MULTIPLY, Combiner.MAXIMUM, Combiner.MINIMUM)
        .map(
            combiner ->
                DynamicTest.dynamicTest(
                    combiner.name(),
                    () -> {
                      for (int seed = 0; seed < CASES; seed++) {
                        reduce(combiner, seed);
                      }
                    }));
  }

  private static void reduce(Combiner combiner, int seed) {
    var random = new Random(seed);
    var windows = windows(random, true);
    var shape = shape(random);
    var type = new TensorType(DType.F32, shape);
    var op = new ReduceWindow(combiner, windows);
    long results = positions(windows, shape).size();
    try (var arena = Arena.ofConfined()) {
      var x = filled(arena, random, shape);
      var scalar = arena.allocate(Math.max(64, 4 * results), 64);
      var vector = arena.allocate(Math.max(64, 4 * results), 64);
      for (var forms : List.of(Forms.SCALAR, Forms.VECTOR)) {
        var reduction = new WindowReduction(op, type, forms);
        var to = forms == Forms.SCALAR ? scalar : vector;
        int rows = reduction.rows();
        // In two pieces, as two threads do it.
        reduction.bind(x.address(), to.address(), 0, 0, rows / 2).run();
        reduction.bind(x.address(), to.address(), 0, rows / 2, rows).run();
      }
      assertSameBits(scalar, vector, results, "seed " + seed + " " + op + " of " + type);
    }
  }

  @TestFactory
  Stream<DynamicTest> selectionsHaveEqualBits() {
    return Stream.of(ArgReduce.Kind.values())
        .map(
            kind ->
                DynamicTest.dynamicTest(
                    kind.name(),
                    () -> {
                      for (int seed = 0; seed < CASES; seed++) {
                        select(kind, seed);
                      }
                    }));
  }

  private static void select(ArgReduce.Kind kind, int seed) {
    var random = new Random(seed);
    var windows = windows(random, false);
    var shape = shape(random);
    var type = new TensorType(DType.F32, shape);
    var sources = new TensorType(DType.F32, positions(windows, shape));
    var op = new SelectAndScatter(kind, windows);
    try (var arena = Arena.ofConfined()) {
      var x = filled(arena, random, shape);
      var source = filled(arena, random, sources.shape());
      var scalar = arena.allocate(Math.max(64, 4 * shape.size()), 64);
      var vector = arena.allocate(Math.max(64, 4 * shape.size()), 64);
      for (var forms : List.of(Forms.SCALAR, Forms.VECTOR)) {
        var selection = new WindowSelection(op, type, sources, forms);
        var to = forms == Forms.SCALAR ? scalar : vector;
        int rows = selection.rows();
        selection.bind(x.address(), source.address(), to.address(), 0, 0, rows / 2).run();
        selection.bind(x.address(), source.address(), to.address(), 0, rows / 2, rows).run();
      }
      assertSameBits(scalar, vector, shape.size(), "seed " + seed + " " + op + " of " + type);
    }
  }

  /** What vectors gain is lost if a line is cut short: pooling of a picture has one per row. */
  @Test
  void positionsThatAdvanceEvenlyAreOneLine() {
    assertEquals(13 * 2, lines(Window.of(2, 2), 26));
    assertEquals(2 * 14 * 2, lines(Window.of(3, 2, 1, 0), 28));
    // The gradient of average pooling: every element is read twice, then the next one.
    assertEquals(26 * 13 * 2, lines(new Window(2, 1, 1, 1, 2, 1), 13));
  }

  private static int lines(Window window, int size) {
    var windows = List.of(Window.one(), window, window, Window.one());
    var positions = new Positions(windows, Shape.of(2, size, size, 32));
    positions.start(0, positions.rows());
    int lines = 0;
    long next = 0;
    while (positions.next()) {
      lines++;
      assertEquals(next, positions.index());
      assertTrue(positions.length() > 0);
      next += positions.length();
    }
    assertEquals(positions.size(), next);
    return lines;
  }

  @Test
  void windowsThatFitNowhereTouchNothing() {
    var op = new ReduceWindow(Combiner.MAXIMUM, List.of(Window.of(2, 2)));
    var empty = new WindowReduction(op, TensorType.f32(1), Forms.VECTOR);
    empty.bind(Libc.ALIGNMENT, Libc.ALIGNMENT, 0, 0, empty.rows()).run();
    assertEquals(1, empty.rows());
  }
}
