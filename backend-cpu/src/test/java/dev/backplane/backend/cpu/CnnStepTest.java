package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Device;
import dev.backplane.backend.Donations;
import dev.backplane.backend.Numerics;
import dev.backplane.backend.Program;
import dev.backplane.backend.Tuning;
import dev.backplane.backend.Workspace;
import dev.backplane.op.Precision;
import dev.backplane.runtime.reference.Interpreter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A whole train step of convolution and pooling: natively, right, the same every time. */
class CnnStepTest {
  private static final TrainStep STEP = TrainStep.cnn(16, 28, 32, 10);
  private static Device device;

  @BeforeAll
  static void open() {
    device = OnCpu.open();
  }

  @AfterAll
  static void close() {
    device.close();
  }

  /** Filters that fill vectors, that do not, and fewer than a vector. */
  @TestFactory
  Stream<DynamicTest> oneStepAgreesWithTheReference() {
    return Stream.of(32, 20, 5)
        .map(filters -> DynamicTest.dynamicTest(filters + " filters", () -> agrees(filters)));
  }

  private static void agrees(int filters) {
    var small = TrainStep.cnn(5, 11, filters, 4);
    var expected = Interpreter.run(small.graph(), small.arguments());
    for (boolean vectors : new boolean[] {true, false}) {
      try (var step = new BoundStep(device, small, vectors)) {
        step.run();
        var found = step.state();
        for (int i = 0; i < expected.size(); i++) {
          for (int e = 0; e < expected.get(i).type().shape().size(); e++) {
            assertEquals(
                expected.get(i).doubleAt(e), found.get(i).doubleAt(e), 2e-5, "result " + i);
          }
        }
      }
    }
  }

  @Test
  void theLossFalls() {
    try (var step = new BoundStep(device, STEP, true)) {
      step.run();
      double first = step.loss().toDouble();
      for (int i = 0; i < 50; i++) {
        step.run();
      }
      double last = step.loss().toDouble();
      assertTrue(last < first / 4, first + " … " + last);
    }
  }

  /** Small, for many starts. */
  @Test
  void aStartAllocatesNothingOnceItIsWarm() {
    try (var warming = OnCpu.warming(1);
        var step = new BoundStep(warming, TrainStep.cnn(2, 12, 32, 10), true)) {
      assertEquals(0, OnceWarm.leastBytes(step::run, 500), "bytes in 500 starts");
    }
  }

  @Test
  void theFirstStepHasTheBitsOfTheThousandth() {
    try (var step = new BoundStep(device, STEP, true)) {
      step.run();
      var first = step.state();
      for (int i = 0; i < 1000; i++) {
        step.run();
      }
      step.reset(STEP);
      step.run();
      assertEquals(first, step.state());
    }
  }

  @Test
  void scalarAndVectorKernelsGiveEqualBits() {
    try (var vector = new BoundStep(device, STEP, true);
        var scalar = new BoundStep(device, STEP, false)) {
      for (int i = 0; i < 3; i++) {
        vector.run();
        scalar.run();
      }
      assertEquals(vector.state(), scalar.state());
    }
  }

  /** Each thread convolves its images; the kernel's gradient is a sum of the threads' sums. */
  @Test
  void twoThreadsAgreeWithOneAndRepeatTheirBits() {
    try (var two = OnCpu.divided(2);
        var one = new BoundStep(device, STEP, true);
        var both = new BoundStep(two, STEP, true)) {
      assertTrue(
          both.report().kernels().stream().anyMatch(k -> k.name().equals("sum of parts")),
          both.report().toString());
      one.run();
      both.run();
      var first = both.state();
      assertEquals(one.loss().toDouble(), both.loss().toDouble(), 1e-5);
      for (int i = 0; i < 50; i++) {
        one.run();
        both.run();
      }
      assertEquals(one.loss().toDouble(), both.loss().toDouble(), 1e-3);
      both.reset(STEP);
      both.run();
      assertEquals(first, both.state());
    }
  }

  /** Resident memory, which an operating system takes back only in part: hence the margin. */
  @Test
  void compilingAndBindingAgainAndAgainLeavesNothingBehind() throws IOException {
    var small = TrainStep.cnn(2, 8, 4, 3);
    long before = 0;
    for (int i = 0; i < 600; i++) {
      if (i == 100) {
        before = residentKilobytes();
      }
      try (var step = new BoundStep(device, small, true)) {
        for (int bind = 0; bind < 20; bind++) {
          step.bindAgain();
        }
      }
    }
    long grown = residentKilobytes() - before;
    // 10,000 bindings of 5 primitives: 1 kB left behind by each would be 50 MB.
    assertTrue(grown < 40_000, grown + " kB more than before");
  }

  private static long residentKilobytes() throws IOException {
    System.gc();
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    }
  }

  @Test
  void noPrimitiveIsAReferenceImplementationAndTheBiasIsAddedByTheConvolution() {
    try (var step = new BoundStep(device, STEP, true)) {
      var kernels = step.report().kernels();
      assertFalse(
          kernels.stream().anyMatch(k -> k.implementation().startsWith("ref")), kernels.toString());
      assertTrue(
          kernels.stream().anyMatch(k -> k.name().equals("Convolution+bias")), kernels.toString());
    }
  }

  /** bf16 is for products: who allows it is told that convolutions stay in f32. */
  @Test
  void thatConvolutionsDoNotUseBf16IsReported() {
    var small = TrainStep.cnn(2, 12, 32, 10);
    var numerics = new Numerics(Precision.BF16, true);
    var program = new Program(small.graph(), Donations.none(), numerics, Tuning.none());
    try (var workspace = new Workspace();
        var executable = device.compile(program, workspace)) {
      var convolutions =
          executable.report().kernels().stream()
              .filter(kernel -> kernel.name().startsWith("Convolution"))
              .toList();
      assertEquals(2, convolutions.size(), executable.report().toString());
      assertTrue(
          convolutions.stream().allMatch(kernel -> kernel.implementation().contains("in f32")),
          convolutions.toString());
    }
    try (var step = new BoundStep(device, small, true)) {
      assertFalse(step.report().toString().contains("in f32"), step.report().toString());
    }
  }
}
