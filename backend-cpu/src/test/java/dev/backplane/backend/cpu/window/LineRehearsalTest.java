package dev.backplane.backend.cpu.window;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.backplane.backend.cpu.kernel.Forms;
import dev.backplane.backend.cpu.warm.Cold;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Combiner;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Window;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What a rehearsal compiled runs in earnest as it is. Where it met what it was not compiled for,
 * the JVM would throw it away and make objects of vectors, and every kernel of the program would go
 * back to scalars for a while.
 */
class LineRehearsalTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What a program takes for an accident. */
  private static final long LITTLE = 16 << 10;

  /** There are JVMs that never compile vectors: these keep the scalar form, and nothing is lost. */
  private static final int TURNS = 1000;

  private static final int SIDE = 14;

  /** 16 of these pictures: what is interpreted at their corners alone allocates enough to show. */
  private static final TensorType X = TensorType.f32(16, SIDE, SIDE, 256);

  private static List<Window> pooling(Window window) {
    return List.of(Window.one(), window, window, Window.one());
  }

  @TestFactory
  Stream<DynamicTest> noWindowIsANewOneInEarnest() {
    return Stream.of(
            // Nine elements, six at the edges, four in a corner; side by side, and not.
            Window.of(3, 2, 0, 1), Window.of(3, 3, 0, 1), Window.of(2, 2), Window.of(2, 2, 1, 1))
        .map(window -> DynamicTest.dynamicTest(window.toString(), () -> run(pooling(window))));
  }

  private static void run(List<Window> windows) {
    var reduce = new ReduceWindow(Combiner.MAXIMUM, windows);
    var y = reduce.infer(List.of(X)).getFirst();
    var reduction = new WindowReduction(reduce, X, Forms.VECTOR_ONCE_WARM);
    var op = new SelectAndScatter(ArgReduce.Kind.MAXIMUM, windows);
    var selection = new WindowSelection(op, X, y, Forms.VECTOR_ONCE_WARM);
    try (var arena = Arena.ofConfined()) {
      long x = arena.allocate(4 * X.shape().size(), 64).address();
      long source = arena.allocate(4 * y.shape().size(), 64).address();
      long to = arena.allocate(4 * X.shape().size(), 64).address();
      runsAsRehearsed(reduction.cold(), reduction.bind(x, to, 0, 0, reduction.rows()));
      runsAsRehearsed(selection.cold(), selection.bind(x, source, to, 0, 0, selection.rows()));
    }
  }

  private static void runsAsRehearsed(List<Cold> cold, Runnable run) {
    run.run();
    run.run();
    for (var form : cold) {
      if (!isCompiled(form)) {
        return;
      }
      form.adopt();
    }
    long bytes = allocated(run);
    assertTrue(bytes <= LITTLE, "the first run in earnest allocated " + bytes + " bytes");
  }

  private static boolean isCompiled(Cold cold) {
    try (var rehearsal = cold.rehearse()) {
      int sure = 0;
      for (int turn = 0; turn < TURNS && sure < 3; turn++) {
        for (int i = 0; i < 200; i++) {
          rehearsal.idle();
        }
        long bytes = allocated(rehearsal::work);
        sure = bytes == 0 ? sure + 1 : 0;
      }
      return sure == 3;
    }
  }

  private static long allocated(Runnable run) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    run.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }
}
