package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceLostException;
import dev.backplane.runtime.reference.Interpreter;
import dev.backplane.tensor.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A whole train step with donated state: it learns, allocates nothing, and repeats its bits. */
class TrainStepTest {
  private static final TrainStep STEP = TrainStep.of(64, 784, 128, 10);
  private static Device device;

  @BeforeAll
  static void open() {
    device = OnCpu.open(2);
  }

  @AfterAll
  static void close() {
    device.close();
  }

  @Test
  void oneStepAgreesWithTheReference() {
    var small = TrainStep.of(8, 20, 16, 5);
    var expected = Interpreter.run(small.graph(), small.arguments());
    try (var step = new BoundStep(device, small, true)) {
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
  void twoThreadsAreWithinRoundingOfOne() {
    try (var one = OnCpu.open(1);
        var alone = new BoundStep(one, STEP, true);
        var both = new BoundStep(device, STEP, true)) {
      for (int i = 0; i < 20; i++) {
        alone.run();
        both.run();
        double expected = alone.loss().toDouble();
        assertEquals(expected, both.loss().toDouble(), 1e-5 * Math.max(1, expected), "step " + i);
      }
    }
  }

  @Test
  void twoThreadsRepeatTheirBitsWhileOthersTakeTheCores() throws InterruptedException {
    var expected = after(200);
    var busy = new AtomicBoolean(true);
    var others = new ArrayList<Thread>();
    for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
      others.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (busy.get()) {
                      Thread.onSpinWait();
                    }
                  }));
    }
    try {
      assertEquals(expected, after(200));
    } finally {
      busy.set(false);
      for (var other : others) {
        other.join();
      }
    }
  }

  private static List<Literal> after(int steps) {
    try (var step = new BoundStep(device, STEP, true)) {
      for (int i = 0; i < steps; i++) {
        step.run();
      }
      return step.state();
    }
  }

  @Test
  void severalThreadsMayStartStepsOfOneDevice() throws Exception {
    var expected = after(20);
    try (var pool = Executors.newFixedThreadPool(3)) {
      var found = new ArrayList<Future<List<Literal>>>();
      for (int i = 0; i < 3; i++) {
        found.add(pool.submit(() -> after(20)));
      }
      for (var each : found) {
        assertEquals(expected, each.get());
      }
    }
  }

  @Test
  void aDeviceClosedWhileAStepRunsEndsItsThreadsAndSaysSo() throws InterruptedException {
    var closing = OnCpu.open(2);
    var step = new BoundStep(closing, STEP, true);
    var ended = new AtomicReference<Throwable>();
    var running = new CountDownLatch(20);
    var runner =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (true) {
                      step.run();
                      running.countDown();
                    }
                  } catch (Throwable e) {
                    ended.set(e);
                    running.countDown();
                  }
                });
    running.await();
    closing.close();
    runner.join();
    var end = ended.get();
    assertTrue(
        end instanceof DeviceLostException || end instanceof IllegalStateException, "" + end);
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

  /** Neither on the thread that starts nor on the device's. */
  @Test
  void aStartAllocatesNothingOnceItIsWarm() {
    try (var warming = OnCpu.warming(2);
        var step = new BoundStep(warming, STEP, true)) {
      assertEquals(0, OnceWarm.leastBytes(step::run, 500), "bytes in 500 starts");
    }
  }

  @Test
  void theFirstStepHasTheBitsOfTheTenThousandth() {
    try (var step = new BoundStep(device, STEP, true)) {
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
    try (var vector = new BoundStep(device, STEP, true);
        var scalar = new BoundStep(device, STEP, false)) {
      for (int i = 0; i < 3; i++) {
        vector.run();
        scalar.run();
      }
      assertEquals(vector.state(), scalar.state());
    }
  }

  @Test
  void biasesAreAddedByTheProductAndNothingIsCopied() {
    try (var step = new BoundStep(device, STEP, true)) {
      var names = step.report().kernels().stream().map(k -> k.name()).toList();
      assertEquals(2, names.stream().filter("Dot+bias"::equals).count(), names.toString());
      assertEquals(3, names.stream().filter("Dot"::equals).count(), names.toString());
      assertFalse(names.contains("copy"), names.toString());
    }
  }
}
