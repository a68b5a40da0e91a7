package dev.backplane.runtime.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backplane.Target;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.testing.Allocations;
import dev.backplane.runtime.testing.NullBackend;
import dev.backplane.runtime.trace.Trace;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the engine adds to a step, measured on a device that does nothing. */
class AllocationTest {
  private static final int RUNS = 10_000;

  private static void run(SessionProgram program) {
    for (int i = 0; i < RUNS; i++) {
      program.start();
      program.await();
    }
  }

  @Test
  void allocatesNothingInARun() {
    var type = TensorType.f32(8);
    var trace = Trace.begin();
    var w = trace.input(type);
    var x = trace.input(type);
    var sum = w.add(x);
    var graph = trace.finish(List.of(sum, sum.mul(x)));
    var backend = new NullBackend();
    try (var devices = new Devices()) {
      devices.add(backend);
      var state = new TreeMap<>(Map.of("w", type));
      try (var session =
          Session.open(devices, Target.of("null"), state, devices.jobs().open("test", "null"))) {
        var program =
            session.compile(
                "step",
                graph,
                List.of(new Slot.State("w"), new Slot.Host("x")),
                List.of(new Slot.State("w"), new Slot.Host("y")));
        run(program);
        // Once to the device, the program, once from the device.
        assertEquals(3L * RUNS, backend.starts.get());
        long before = Allocations.bytes();
        run(program);
        long after = Allocations.bytes();
        assertEquals(0, (after - before) / RUNS, "bytes per run");
      }
    }
  }
}
