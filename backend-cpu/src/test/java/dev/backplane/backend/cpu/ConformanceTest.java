package dev.backplane.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceSettings;
import dev.backplane.runtime.reference.ReferenceBackend;
import dev.backplane.tck.Conformance;
import dev.backplane.tck.Protocol;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The conformance kit on this device: every primitive, and the rules of the SPI. */
class ConformanceTest {
  /** What this backend leaves to others; a primitive that becomes native leaves this list. */
  private static final Set<String> LEFT =
      Set.of("AllGather", "AllReduce", "CollectivePermute", "ReduceScatter");

  private static final int PROGRAMS = 200;
  private static Device device;
  private static Device divided;

  @BeforeAll
  static void open() {
    device = OnCpu.open(1);
    divided = OnCpu.divided(3);
  }

  @AfterAll
  static void close() {
    device.close();
    divided.close();
  }

  @TestFactory
  Stream<DynamicTest> everyPrimitiveAgreesWithTheReferenceOrIsLeftToOthers() {
    return Conformance.checks(device, 1)
        .map(check -> DynamicTest.dynamicTest(check.name(), () -> agrees(check)));
  }

  @TestFactory
  Stream<DynamicTest> dividedStepsAgreeWithTheReference() {
    return Conformance.checks(divided, 2)
        .map(check -> DynamicTest.dynamicTest(check.name() + " divided", () -> agrees(check)));
  }

  private static void agrees(Conformance.Check check) {
    var primitive = check.name().split("[.:]")[0];
    var refused = check.run();
    assertTrue(
        refused.isPresent() == LEFT.contains(primitive),
        () -> check.name() + " is " + refused.map(r -> "refused: " + r).orElse("native"));
  }

  @TestFactory
  Stream<DynamicTest> theRulesOfTheInterfacesHold() {
    var backend = new CpuBackend();
    return Protocol.checks(backend, backend.devices().getFirst())
        .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
  }

  @Test
  void randomProgramsGiveTheBitsOfTheReference() {
    var oracle = new ReferenceBackend();
    try (var reference = oracle.open(oracle.devices(), DeviceSettings.defaults())) {
      Conformance.programs(device, reference, 1, PROGRAMS);
      Conformance.programs(divided, reference, 2, PROGRAMS);
    }
  }
}
