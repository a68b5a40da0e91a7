package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.backplane.integration.osgi.PaxExam;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWiring;

/** The launcher's bundles in a framework that the launcher did not start. */
@ExtendWith(PaxExam.class)
class AssemblyIT {
  @PaxExam.FromFramework BundleContext context;

  @PaxExam.Provision
  static Option[] bundles() {
    return AssemblyFolder.options();
  }

  private Bundle bundle(String symbolicName) {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getSymbolicName().equals(symbolicName))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no bundle " + symbolicName));
  }

  @Test
  void theTestRunsInsideTheFramework() {
    assertEquals("org.eclipse.osgi", context.getBundle(0).getSymbolicName());
    assertSame(context.getBundle(), FrameworkUtil.getBundle(getClass()));
  }

  /** But the one for plugins of PJRT, where none is listed. */
  @Test
  void everyBundleFitsThisHostAndIsActive() {
    var idle =
        Arrays.stream(context.getBundles())
            .filter(b -> !b.getSymbolicName().startsWith("dev.backplane.device."))
            .filter(b -> b.getState() != Bundle.ACTIVE)
            .map(Bundle::getSymbolicName)
            .filter(name -> !name.equals("dev.backplane.backend.tpu"))
            .toList();
    assertEquals(List.of(), idle);
  }

  @ParameterizedTest
  @ValueSource(strings = {"arch", "cores", "isa", "name", "memory.mib"})
  void theProbeHasPublishedTheProcessorWith(String attribute) {
    var capabilities =
        bundle("dev.backplane.device.cpu")
            .adapt(BundleRevision.class)
            .getDeclaredCapabilities("backplane.hardware");
    assertEquals(1, capabilities.size());
    assertEquals(true, capabilities.getFirst().getAttributes().containsKey(attribute));
  }

  @Test
  void theCpuBackendIsWiredToTheProcessor() {
    var wires =
        bundle("dev.backplane.backend.cpu")
            .adapt(BundleWiring.class)
            .getRequiredWires("backplane.hardware");
    assertEquals(1, wires.size());
    assertEquals(
        "dev.backplane.device.cpu",
        wires.getFirst().getProviderWiring().getBundle().getSymbolicName());
  }
}
