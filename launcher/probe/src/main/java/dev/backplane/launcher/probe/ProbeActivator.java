package dev.backplane.launcher.probe;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** Publishes the host's devices when the bundle starts. */
public final class ProbeActivator implements BundleActivator {
  /** For the framework. */
  public ProbeActivator() {}

  @Override
  public void start(BundleContext context) throws BundleException {
    var found = Probe.all().stream().flatMap(probe -> probe.find().stream()).toList();
    var waiting = new WaitingBundles(context);
    context.addBundleListener(waiting);
    new DeviceBundles(context).reconcile(found, waiting::startThem);
  }

  /**
   * The device bundles stay: what runs on a device does not end because nobody looks for new ones.
   * The next start reconciles them.
   */
  @Override
  public void stop(BundleContext context) {}
}
