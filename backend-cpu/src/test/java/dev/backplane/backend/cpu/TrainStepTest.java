package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.backplane.backend.Buffer;
import dev.backplane.backend.Device;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Workspace;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.Literal;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A whole train step with donated state: it learns, allocates nothing, and repeats its bits. */
class TrainStepTest {
  private static final TrainStep STEP = TrainStep.of(64, 784, 128, 10);
  private static Device device;

  @BeforeAll
  static void open() {
    device = OnCpu.open();
  }

  @AfterAll
  static void close() {
    device.close();
  }

  /** The step bound to buffers whose state is updated in place. */
  private static final class InPlace implements AutoCloseable {
    private final Workspace workspace = new Workspace();
    private final Executable executable;
    private final List<Buffer> arguments;
    private final Buffer loss;
    private final Execution execution;

    private InPlace(TrainStep step, boolean vectors) {
      executable = device.compile(step.program(vectors), workspace);
      arguments = device.allocate(step.graph().inputTypes());
      loss = device.allocate(List.of(step.graph().outputTypes().getFirst())).getFirst();
      var results = new ArrayList<>(List.of(loss));
      results.addAll(arguments.subList(TrainStep.STATE, arguments.size()));
      execution = executable.bind(arguments, results);
      reset(step);
    }

    private void reset(TrainStep step) {
      for (int i = 0; i < arguments.size(); i++) {
        OnCpu.write(arguments.get(i), step.arguments().get(i));
      }
    }

    private void run() {
      execution.start();
      execution.await();
    }

    private List<Literal> state() {
      var state = new ArrayList<Literal>(List.of(OnCpu.read(loss)));
      arguments.subList(TrainStep.STATE, arguments.size()).forEach(b -> state.add(OnCpu.read(b)));
      return state;
    }

    @Override
    public void close() {
      execution.close();
      executable.close();
      workspace.close();
      arguments.forEach(Buffer::close);
      loss.close();
    }
  }

  @Test
  void oneStepAgreesWithTheReference() {
    var small = TrainStep.of(8, 20, 16, 5);
    var expected = Interpreter.run(small.graph(), small.arguments());
    try (var step = new InPlace(small, true)) {
      step.run();
      var found = step.state();
      for (int i = 0; i < expected.size(); i++) {
        for (int e = 0; e < expected.get(i).type().shape().size(); e++) {
          assertEquals(expected.get(i).doubleAt(e), found.get(i).doubleAt(e), 2e-5, "result " + i);
        }
      }
    }
  }

  @Test
  void theLossFalls() {
    try (var step = new InPlace(STEP, true)) {
      step.run();
      double first = OnCpu.read(step.loss).toDouble();
      for (int i = 0; i < 50; i++) {
        step.run();
      }
      double last = OnCpu.read(step.loss).toDouble();
      assertTrue(last < first / 4, first + " … " + last);
    }
  }

  /** Vectors are objects until the JVM's compiler has got to every kernel; then nothing is left. */
  @Test
  void aStartAllocatesNothingOnceItIsCompiled() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (var step = new InPlace(STEP, true)) {
      long bytes = Long.MAX_VALUE;
      for (int batch = 0; batch < 100 && bytes > 0; batch++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 500; i++) {
          step.run();
        }
        bytes = threads.getCurrentThreadAllocatedBytes() - before;
      }
      assertEquals(0, bytes, "bytes in 500 starts");
    }
  }

  @Test
  void theFirstStepHasTheBitsOfTheTenThousandth() {
    try (var step = new InPlace(STEP, true)) {
      step.run();
      var first = step.state();
      for (int i = 0; i < 10_000; i++) {
        step.run();
      }
      step.reset(STEP);
      step.run();
      assertEquals(first, step.state());
    }
  }

  @Test
  void scalarAndVectorKernelsGiveEqualBits() {
    try (var vector = new InPlace(STEP, true);
        var scalar = new InPlace(STEP, false)) {
      for (int i = 0; i < 3; i++) {
        vector.run();
        scalar.run();
      }
      assertEquals(vector.state(), scalar.state());
    }
  }

  @Test
  void biasesAreAddedByTheProductAndNothingIsCopied() {
    try (var step = new InPlace(STEP, true)) {
      var names = step.executable.report().kernels().stream().map(k -> k.name()).toList();
      assertEquals(2, names.stream().filter("Dot+bias"::equals).count(), names.toString());
      assertEquals(3, names.stream().filter("Dot"::equals).count(), names.toString());
      assertFalse(names.contains("copy"), names.toString());
    }
  }
}
