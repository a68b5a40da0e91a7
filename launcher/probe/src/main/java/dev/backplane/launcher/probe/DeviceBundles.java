package dev.backplane.launcher.probe;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The device bundles of a framework: after {@link #reconcile} there is one for each device that is
 * there, and no other; also where the framework's storage remembers an earlier launch on another
 * host.
 */
record DeviceBundles(BundleContext framework) {
  private static final System.Logger LOGGER = System.getLogger(DeviceBundles.class.getName());
  private static final String LOCATION = "backplane-device:";
  private static final String SYMBOLIC_NAME = "dev.backplane.device.";

  /**
   * Installs, updates and uninstalls device bundles until they say what {@code found} says, then
   * has the framework resolve anew and starts what was waiting for a device.
   */
  void reconcile(List<Hardware> found) throws BundleException {
    var wanted =
        found.stream().collect(Collectors.toMap(h -> LOCATION + h.id(), hardware -> hardware));
    var changed = new ArrayList<Bundle>();
    for (var bundle : framework.getBundles()) {
      if (!bundle.getLocation().startsWith(LOCATION)) {
        continue;
      }
      var hardware = wanted.remove(bundle.getLocation());
      if (hardware == null) {
        bundle.uninstall();
        changed.add(bundle);
      } else if (!hardware
          .clause()
          .equals(bundle.getHeaders("").get(Constants.PROVIDE_CAPABILITY))) {
        bundle.update(jar(hardware));
        changed.add(bundle);
      }
    }
    for (var hardware : wanted.values()) {
      framework.installBundle(LOCATION + hardware.id(), jar(hardware));
    }
    var wiring = framework.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    if (changed.isEmpty()) {
      resolveAndStart(wiring);
    } else {
      // Those wired to a device that went stop and resolve anew; the framework does that later.
      wiring.refreshBundles(changed, done -> resolveAndStart(wiring));
    }
  }

  /**
   * Installing alone re-resolves nothing, and a bundle that once failed to resolve is not retried.
   */
  private void resolveAndStart(FrameworkWiring wiring) {
    wiring.resolveBundles(null);
    Arrays.stream(framework.getBundles()).filter(DeviceBundles::isWaiting).forEach(this::start);
  }

  private static boolean isWaiting(Bundle bundle) {
    var level = bundle.adapt(BundleStartLevel.class);
    return bundle.getState() == Bundle.RESOLVED && level != null && level.isPersistentlyStarted();
  }

  private void start(Bundle bundle) {
    var activation = bundle.adapt(BundleStartLevel.class).isActivationPolicyUsed();
    try {
      bundle.start(
          activation
              ? Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY
              : Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      // One bundle that fails must not keep the others from starting.
      LOGGER.log(Level.ERROR, bundle.getSymbolicName() + " did not start with its device", e);
    }
  }

  private static InputStream jar(Hardware hardware) {
    var manifest = new Manifest();
    var headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, SYMBOLIC_NAME + hardware.id());
    headers.putValue(Constants.BUNDLE_VERSION, "1.0.0");
    headers.putValue(Constants.BUNDLE_NAME, "Device " + hardware.id());
    headers.putValue(Constants.PROVIDE_CAPABILITY, hardware.clause());
    var bytes = new ByteArrayOutputStream();
    try (var jar = new JarOutputStream(bytes, manifest)) {
      jar.finish();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }
}
