package dev.backplane.runtime.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.DeviceSettings;
import dev.backplane.tck.CaseResult;
import dev.backplane.tck.Conformance;
import java.util.ArrayList;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/**
 * The oracle against itself says nothing about values (the golden tests do that): it says that
 * every case is a valid program, that the device runs it through the SPI, and that equal runs give
 * equal bits.
 */
class ReferenceConformanceTest {
  @Test
  void everyCaseRunsAndGivesEqualBitsTwice() {
    var backend = new ReferenceBackend();
    var failures = new ArrayList<String>();
    var counts = new int[2];
    try (var device = backend.open(backend.devices(), DeviceSettings.defaults())) {
      Conformance.run(
          device,
          20260101,
          result -> {
            counts[0]++;
            switch (result) {
              case CaseResult.Passed passed -> assertEquals(0, passed.ulps());
              case CaseResult.Failed failed -> failures.add(failed.message());
              case CaseResult.DeclaredUnsupported unsupported -> counts[1]++;
            }
          });
      assertEquals(0, device.memory().used());
    }
    assertEquals(0, failures.size(), () -> failures.size() + ", first " + failures.getFirst());
    assertEquals(0, counts[1]);
    assertTrue(counts[0] > 15_000, counts[0] + " cases");
  }

  @Test
  void collectivesRunOnAGroupOfThree() {
    var backend = new ReferenceBackend();
    var info = backend.devices().getFirst();
    try (var group = backend.open(Collections.nCopies(3, info), DeviceSettings.defaults())) {
      var checks = Conformance.groupChecks(group, 5, 3).toList();
      assertTrue(checks.size() >= 40, checks.size() + " families");
      checks.forEach(check -> assertTrue(check.run().isEmpty(), check.name()));
    }
  }

  @Test
  void randomProgramsRun() {
    var backend = new ReferenceBackend();
    try (var device = backend.open(backend.devices(), DeviceSettings.defaults());
        var oracle = backend.open(backend.devices(), DeviceSettings.defaults())) {
      Conformance.programs(device, oracle, 1, 300);
    }
  }
}
