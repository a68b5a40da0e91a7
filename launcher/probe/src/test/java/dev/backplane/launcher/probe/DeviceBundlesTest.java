package dev.backplane.launcher.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.namespace.IdentityNamespace;
import org.osgi.framework.wiring.BundleRevision;

/** In a real framework: what comes, changes and goes with the devices of a host. */
class DeviceBundlesTest {
  private static final Hardware CPU = cpu(2);
  private static final Hardware GPU = gpu("9.0");

  @TempDir Path storage;
  private Framework framework;
  private BundleContext context;

  private static Hardware cpu(long cores) {
    return new Hardware("cpu", Map.of("type", "cpu", "cores", cores));
  }

  private static Hardware gpu(String capability) {
    return new Hardware(
        "gpu.0", Map.of("type", "gpu", "cc", org.osgi.framework.Version.parseVersion(capability)));
  }

  @BeforeEach
  void start() throws BundleException {
    framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()));
    framework.start();
    context = framework.getBundleContext();
  }

  @AfterEach
  void stop() throws BundleException, InterruptedException {
    framework.stop();
    framework.waitForStop(10_000);
  }

  private void reconcile(Hardware... found) throws BundleException {
    new DeviceBundles(context).reconcile(List.of(found), new WaitingBundles(context)::startThem);
  }

  private List<String> devices() {
    return Arrays.stream(context.getBundles())
        .filter(b -> b.getLocation().startsWith("backplane-device:"))
        .map(Bundle::getSymbolicName)
        .sorted()
        .toList();
  }

  private Bundle needing(String filter) throws BundleException, IOException {
    var manifest = new Manifest();
    var headers = manifest.getMainAttributes();
    headers.putValue("Manifest-Version", "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, "backend");
    headers.putValue(Constants.REQUIRE_CAPABILITY, "backplane.hardware;filter:=\"" + filter + "\"");
    var bytes = new ByteArrayOutputStream();
    new JarOutputStream(bytes, manifest).close();
    return context.installBundle("test:backend", new ByteArrayInputStream(bytes.toByteArray()));
  }

  private static void await(Bundle bundle, int state) throws InterruptedException {
    for (var i = 0; i < 500 && bundle.getState() != state; i++) {
      Thread.sleep(10);
    }
    assertEquals(state, bundle.getState());
  }

  @Test
  void eachDeviceIsABundleWithTypedAttributes() throws BundleException {
    reconcile(CPU, GPU);
    assertEquals(List.of("dev.backplane.device.cpu", "dev.backplane.device.gpu.0"), devices());
    var revision = context.getBundle("backplane-device:gpu.0").adapt(BundleRevision.class);
    var attributes =
        revision.getDeclaredCapabilities("backplane.hardware").getFirst().getAttributes();
    assertEquals(org.osgi.framework.Version.parseVersion("9.0"), attributes.get("cc"));
    assertEquals(1, revision.getDeclaredCapabilities(IdentityNamespace.IDENTITY_NAMESPACE).size());
  }

  @Test
  void aBackendThatWaitsForItsDeviceStartsWhenTheDeviceComes() throws Exception {
    reconcile(CPU);
    var backend = needing("(&(type=gpu)(cc>=7.5))");
    assertThrows(BundleException.class, backend::start);
    assertEquals(Bundle.INSTALLED, backend.getState());
    reconcile(CPU, GPU);
    assertEquals(Bundle.ACTIVE, backend.getState());
  }

  @Test
  void aBackendStopsWhenItsDeviceGoesAndOthersStay() throws Exception {
    reconcile(CPU, GPU);
    var backend = needing("(type=gpu)");
    backend.start();
    reconcile(CPU);
    await(backend, Bundle.INSTALLED);
    assertEquals(List.of("dev.backplane.device.cpu"), devices());
    reconcile(CPU, GPU);
    await(backend, Bundle.ACTIVE);
  }

  @Test
  void aBackendThatWasNeverStartedIsLeftAlone() throws Exception {
    var backend = needing("(type=gpu)");
    reconcile(GPU);
    assertEquals(Bundle.INSTALLED, backend.getState());
  }

  @Test
  void whatAnEarlierLaunchFoundIsBroughtUpToDate() throws Exception {
    reconcile(CPU, gpu("7.0"));
    stop();
    framework.start();
    context = framework.getBundleContext();
    assertEquals(2, devices().size(), "the storage remembers");
    var unchanged = context.getBundle("backplane-device:cpu").getLastModified();
    var backend = needing("(&(type=gpu)(cc>=7.5))");
    assertThrows(BundleException.class, backend::start);
    reconcile(CPU, gpu("9.0"));
    await(backend, Bundle.ACTIVE);
    assertEquals(unchanged, context.getBundle("backplane-device:cpu").getLastModified());
    assertTrue(devices().contains("dev.backplane.device.gpu.0"));
  }
}
