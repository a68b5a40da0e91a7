package dev.backplane.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.Target;
import dev.backplane.Training.Measured;
import dev.backplane.runtime.testing.NarrowBackend;
import dev.backplane.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Measured steps are steps like others, and everything that runs in them is told. */
class MeasuredStepsTest {
  private static List<Measured> of(List<Measured> all, String device) {
    return all.stream().filter(each -> each.device().equals(device)).toList();
  }

  @Test
  void aDeviceThatDoesNotMeasureIsToldAsAWhole() {
    try (var training = Tiny.trainer().open(Tiny.train(), Tiny.REFERENCE)) {
      var measured = of(training.measure(3), "reference");
      assertEquals(1, measured.size(), measured::toString);
      var kernel = measured.getFirst().kernel();
      assertEquals("as a whole", kernel.implementation());
      assertEquals(training.reports().getFirst().kernels().size(), kernel.nodes());
      assertTrue(measured.getFirst().nanos() > 0, measured::toString);
    }
  }

  @Test
  void aDeviceThatMeasuresIsToldKernelByKernelAndTheRestBeside() {
    var narrow = new NarrowBackend("Dot", "Add", "Binary");
    narrow.measures = true;
    var devices = Tiny.devices();
    devices.add(narrow);
    try (var training =
        Tiny.trainer(devices, Tiny.model(), 0.1).open(Tiny.train(), Target.of("narrow"))) {
      var all = training.measure(4);
      var reports = training.reports();
      var kernels = of(all, "narrow");
      assertTrue(kernels.size() > 1, all::toString);
      for (var kernel : kernels) {
        assertEquals(NarrowBackend.KERNEL_NANOS, kernel.nanos(), kernel::toString);
      }
      int told = kernels.size();
      for (var rest : of(all, "reference")) {
        assertEquals("as a whole", rest.kernel().implementation());
        told += rest.kernel().nodes();
      }
      assertEquals(reports.stream().mapToInt(r -> r.kernels().size()).sum(), told);
      assertTrue(of(all, "host").stream().allMatch(c -> c.kernel().bytes() > 0), all::toString);
      assertTrue(!of(all, "host").isEmpty(), all::toString);
    }
  }

  @Test
  void theSmallerBatchAtTheEndOfAnEpochIsNotMeasured() {
    var narrow = new NarrowBackend("Dot");
    var devices = Tiny.devices();
    devices.add(narrow);
    // 20 examples in batches of 16: every other step has 4.
    var batches = Tiny.quadrants(20).batch(16);
    try (var training =
        Tiny.trainer(devices, Tiny.model(), 0.1).open(batches, Target.of("narrow"))) {
      training.step();
      // The next step is a small one; the hidden layer [16,8] of a whole batch crosses to the host.
      long hidden = 2 * TensorType.f32(16, 8).bytes();
      var copies = of(training.measure(2), "host");
      assertTrue(copies.stream().anyMatch(c -> c.kernel().bytes() == hidden), copies::toString);
    }
  }

  @Test
  void measuringChangesNothingButTheTime() {
    var narrow = new NarrowBackend("Dot");
    narrow.measures = true;
    var devices = Tiny.devices();
    devices.add(narrow);
    var target = Target.of("narrow");
    try (var measured = Tiny.trainer(devices, Tiny.model(), 0.1).open(Tiny.train(), target);
        var plain = Tiny.trainer(devices, Tiny.model(), 0.1).open(Tiny.train(), target)) {
      measured.step();
      measured.measure(8); // through the smaller batch at the epoch's end
      measured.step();
      while (plain.steps() < measured.steps()) {
        plain.step();
      }
      assertTrue(measured.steps() >= 11, () -> "steps: " + measured.steps());
      assertEquals(plain.parameters(), measured.parameters());
      assertEquals(plain.metrics(), measured.metrics());
    }
  }

  @Test
  void fewerThanOneStepIsRefused() {
    try (var training = Tiny.trainer().open(Tiny.train(), Tiny.REFERENCE)) {
      var error = assertThrows(IllegalArgumentException.class, () -> training.measure(0));
      assertEquals("steps to measure: expected 1 or more, found 0", error.getMessage());
    }
  }
}
