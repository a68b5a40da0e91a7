package dev.backplane.launcher.probe;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * The device bundles of a framework: after {@link #reconcile} there is one for each device that is
 * there, and no other; also where the framework's storage remembers an earlier launch on another
 * host.
 */
record DeviceBundles(BundleContext framework) {
  private static final String LOCATION = "backplane-device:";
  private static final String SYMBOLIC_NAME = "dev.backplane.device.";

  /**
   * Installs, updates and uninstalls device bundles until they say what {@code found} says.
   *
   * @param done what happens then, once those wired to a device that went have been resolved anew
   */
  void reconcile(List<Hardware> found, Runnable done) throws BundleException {
    var wanted =
        found.stream().collect(Collectors.toMap(h -> LOCATION + h.id(), hardware -> hardware));
    var changed = new ArrayList<Bundle>();
    for (var bundle : framework.getBundles()) {
      if (!isDevice(bundle)) {
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
    if (changed.isEmpty()) {
      done.run();
    } else {
      // The framework does that later, on a thread of its own.
      framework
          .getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
          .adapt(FrameworkWiring.class)
          .refreshBundles(changed, refreshed -> done.run());
    }
  }

  /** Whether a bundle is one of these. */
  static boolean isDevice(Bundle bundle) {
    return bundle.getLocation().startsWith(LOCATION);
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
