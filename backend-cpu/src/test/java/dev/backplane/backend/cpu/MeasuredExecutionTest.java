package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Buffer;
import dev.backplane.backend.CompileReport.Kernel;
import dev.backplane.backend.Device;
import dev.backplane.backend.Executable;
import dev.backplane.backend.Execution;
import dev.backplane.backend.Workspace;
import dev.backplane.tensor.Literal;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Measuring tells each kernel apart and leaves the numbers alone, also where parts are divided. */
class MeasuredExecutionTest {
  private static final TrainStep STEP = TrainStep.of(32, 40, 24, 10);
  private static final int STARTS = 200;

  private static List<Literal> results(List<Buffer> results) {
    return results.stream().map(OnCpu::read).toList();
  }

  private static void run(Execution execution, int times) {
    for (int i = 0; i < times; i++) {
      execution.start();
      execution.await();
    }
  }

  private interface Check {
    void on(Executable executable, Execution execution, List<Buffer> results);
  }

  private static void with(int threads, Check check) {
    try (Device device = threads == 1 ? OnCpu.open(1) : OnCpu.divided(threads);
        var workspace = new Workspace();
        var executable = device.compile(STEP.program(true), workspace)) {
      var arguments = device.allocate(STEP.graph().inputTypes());
      var results = new ArrayList<>(device.allocate(STEP.graph().outputTypes()));
      for (int i = 0; i < arguments.size(); i++) {
        OnCpu.write(arguments.get(i), STEP.arguments().get(i));
      }
      try (var execution = executable.bind(arguments, results)) {
        check.on(executable, execution, results);
      }
      arguments.forEach(Buffer::close);
      results.forEach(Buffer::close);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void eachKernelTakesSomeOfTheTime(int threads) {
    with(
        threads,
        (executable, execution, results) -> {
          var nanos = new long[executable.report().kernels().size()];
          assertTrue(execution.measure(nanos));
          long started = System.nanoTime();
          run(execution, STARTS);
          long all = System.nanoTime() - started;
          long sum = 0;
          for (int i = 0; i < nanos.length; i++) {
            int kernel = i;
            assertTrue(nanos[i] > 0, () -> executable.report().kernels().get(kernel).toString());
            sum += nanos[i];
          }
          // Parts that run at once count once, by the longest: no more than the time that passed,
          // but for what the threads do after each other in one round.
          assertTrue(sum <= threads * all, sum + " of " + all);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theBitsAreThoseOfAnUnmeasuredRunAndMeasuringEnds(int threads) {
    with(
        threads,
        (executable, execution, results) -> {
          run(execution, 1);
          var plain = results(results);
          var nanos = new long[executable.report().kernels().size()];
          execution.measure(nanos);
          run(execution, 1);
          assertEquals(plain, results(results));
          assertTrue(execution.measure(new long[0]));
          var before = nanos.clone();
          run(execution, 5);
          assertArrayEquals(before, nanos);
          assertEquals(plain, results(results));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aReportSaysHowMuchWorkThereIsAndWhere(int threads) {
    with(
        threads,
        (executable, execution, results) -> {
          var kernels = executable.report().kernels();
          long dots =
              kernels.stream()
                  .filter(kernel -> kernel.name().startsWith("Dot"))
                  .mapToLong(Kernel::flops)
                  .sum();
          // Two products forward, two for the kernels' gradients, one for the hidden gradient,
          // multiplication and addition; and the sums with the two biases.
          long first = 2L * 32 * 40 * 24;
          long second = 2L * 32 * 24 * 10;
          assertEquals(2 * first + 3 * second + 32 * (24 + 10), dots, kernels::toString);
          for (var kernel : kernels) {
            assertTrue(kernel.bytes() > 0, kernel::toString);
          }
          assertTrue(
              kernels.stream().mapToInt(Kernel::nodes).sum() > kernels.size(), kernels::toString);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1})
  void anArrayOfAnotherLengthIsRefusedAndACopyIsNotMeasured(int threads) {
    with(
        threads,
        (executable, execution, results) -> {
          int kernels = executable.report().kernels().size();
          var error =
              assertThrows(
                  IllegalArgumentException.class, () -> execution.measure(new long[kernels + 1]));
          assertTrue(error.getMessage().contains("each of " + kernels + " kernels"));
          try (var arena = Arena.ofConfined();
              var read =
                  results.getFirst().read(arena.allocate(results.getFirst().type().bytes()))) {
            assertFalse(read.measure(new long[1]));
          }
        });
  }
}
