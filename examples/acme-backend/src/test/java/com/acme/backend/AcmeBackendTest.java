package com.acme.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.backplane.Backplane;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.tck.Conformance;
import dev.backplane.tck.Protocol;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensors;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class AcmeBackendTest {
  private static final AcmeBackend BACKEND = new AcmeBackend();
  private static final Device DEVICE = BACKEND.open(BACKEND.devices(), DeviceSettings.defaults());

  @AfterAll
  static void close() {
    DEVICE.close();
  }

  @TestFactory
  Stream<DynamicTest> everyPrimitive() {
    return Conformance.checks(DEVICE, 1)
        .map(
            check ->
                dynamicTest(
                    check.name(),
                    () ->
                        check
                            .run()
                            .ifPresent(reason -> Assumptions.abort("does not run it: " + reason))));
  }

  @TestFactory
  Stream<DynamicTest> everyRule() {
    return Protocol.checks(BACKEND, BACKEND.devices().getFirst())
        .map(check -> dynamicTest(check.name(), check::run));
  }

  @Test
  void programs() {
    Conformance.programs(DEVICE, 1, 300);
  }

  /** What it has no loop for runs on the reference device, and the engine says so. */
  @Test
  void theRestRunsElsewhere() {
    try (var backplane = Backplane.start();
        var softmax =
            backplane.compile(
                x -> Tensors.of(x.only().exp().div(x.only().exp().sum())),
                backplane.device("acme"))) {
      var found = softmax.call(List.of(Literal.of(0f, 0f, 0f, 0f))).getFirst();
      assertEquals(0.25, found.doubleAt(0), 1e-6);
      assertTrue(backplane.devices().stream().anyMatch(device -> device.id().equals("acme")));
    }
  }
}
