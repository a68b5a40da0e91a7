package dev.backplane.launcher.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.startlevel.BundleStartLevel;

/** In a real framework: who is started when what it waited for comes, and who is left alone. */
class WaitingBundlesTest {
  @TempDir Path storage;
  private Framework framework;
  private BundleContext context;
  private WaitingBundles waiting;

  @BeforeEach
  void start() throws BundleException {
    framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, storage.toString()));
    framework.start();
    context = framework.getBundleContext();
    waiting = new WaitingBundles(context);
    context.addBundleListener(waiting);
  }

  @AfterEach
  void stop() throws BundleException, InterruptedException {
    framework.stop();
    framework.waitForStop(10_000);
  }

  /** A bundle that has no class: headers as name, value, name, value. */
  private Bundle install(String name, String... more) throws BundleException, IOException {
    var manifest = new Manifest();
    var headers = manifest.getMainAttributes();
    headers.putValue("Manifest-Version", "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, name);
    for (int i = 0; i < more.length; i += 2) {
      headers.putValue(more[i], more[i + 1]);
    }
    var bytes = new ByteArrayOutputStream();
    new JarOutputStream(bytes, manifest).close();
    return context.installBundle("test:" + name, new ByteArrayInputStream(bytes.toByteArray()));
  }

  /** Installed and started before what it needs is there. */
  private Bundle tooEarly(String name, String... headers) throws BundleException, IOException {
    var bundle = install(name, headers);
    assertThrows(BundleException.class, bundle::start);
    return bundle;
  }

  private static void await(Bundle bundle, int state) throws InterruptedException {
    for (var i = 0; i < 500 && bundle.getState() != state; i++) {
      Thread.sleep(10);
    }
    assertEquals(state, bundle.getState(), bundle.getSymbolicName());
  }

  @Test
  void aUserOfBackplaneThatCameTooEarlyStartsWhenItsPackagesCome() throws Exception {
    var user = tooEarly("user", "Import-Package", "dev.backplane.nn");
    install("api", "Export-Package", "dev.backplane.nn");
    await(user, Bundle.ACTIVE);
  }

  @Test
  void soDoesWhatItIsWiredTo() throws Exception {
    var services =
        tooEarly("services", "Export-Package", "acme.services", "Import-Package", "acme.promises");
    var ours = tooEarly("ours", "Import-Package", "dev.backplane.nn,acme.services");
    install("api", "Export-Package", "dev.backplane.nn");
    install("promises", "Export-Package", "acme.promises");
    await(ours, Bundle.ACTIVE);
    await(services, Bundle.ACTIVE);
  }

  @Test
  void bundlesThatHaveNothingToDoWithBackplaneAreTheirHostsAffair() throws Exception {
    var stranger = tooEarly("stranger", "Import-Package", "acme.services");
    install("services", "Export-Package", "acme.services");
    waiting.startThem();
    assertEquals(Bundle.INSTALLED, stranger.getState());
  }

  @Test
  void aBundleThatSomebodyStoppedStaysStopped() throws Exception {
    install("api", "Export-Package", "dev.backplane.nn");
    var user = install("user", "Import-Package", "dev.backplane.nn");
    user.start();
    user.stop(Bundle.STOP_TRANSIENT);
    install("another");
    waiting.startThem();
    assertEquals(Bundle.RESOLVED, user.getState());
  }

  @Test
  void aBundleWhoseActivatorFailedIsNotTriedAgain() throws Exception {
    install("api", "Export-Package", "dev.backplane.nn");
    var broken =
        install("broken", "Import-Package", "dev.backplane.nn", "Bundle-Activator", "no.Such");
    assertThrows(BundleException.class, broken::start);
    var starts = new AtomicInteger();
    SynchronousBundleListener counter =
        event -> {
          if (event.getBundle() == broken && event.getType() == BundleEvent.STARTING) {
            starts.incrementAndGet();
          }
        };
    context.addBundleListener(counter);
    install("another");
    waiting.startThem();
    assertEquals(0, starts.get());
  }

  @Test
  void aBundleOfAHigherStartLevelWaitsForIt() throws Exception {
    var user = install("user", "Import-Package", "dev.backplane.nn");
    user.adapt(BundleStartLevel.class).setStartLevel(50);
    user.start();
    install("api", "Export-Package", "dev.backplane.nn");
    waiting.startThem();
    assertEquals(Bundle.INSTALLED, user.getState());
  }
}
