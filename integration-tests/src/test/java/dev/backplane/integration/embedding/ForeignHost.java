package dev.backplane.integration.embedding;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.util.tracker.ServiceTracker;

/**
 * A process that embeds Backplane in a framework of its own, as a stranger would: it knows bundles
 * only by their files, installs and starts them in an order drawn from a seed, and waits for what
 * its own bundle offers. No property of Backplane is set.
 *
 * <p>Arguments: the folder for storage, {@code first} (install all, then start) or {@code each}
 * (start each after its install), the first seed, how many seeds, the bundles.
 */
public final class ForeignHost {
  private static final long PATIENCE_SECONDS = 120;

  private ForeignHost() {}

  /** The process; its exit code is 0 if every order worked. */
  public static void main(String[] arguments) throws Exception {
    var storage = Path.of(arguments[0]);
    boolean each = arguments[1].equals("each");
    long first = Long.parseLong(arguments[2]);
    long seeds = Long.parseLong(arguments[3]);
    var bundles = List.of(arguments).subList(4, arguments.length);
    for (long seed = first; seed < first + seeds; seed++) {
      var answer = run(storage.resolve(arguments[1] + seed), each, new Random(seed), bundles);
      System.out.println(arguments[1] + " " + seed + ": " + answer);
    }
    System.exit(0);
  }

  private static String run(Path storage, boolean each, Random random, List<String> jars)
      throws Exception {
    var framework = framework(storage);
    framework.start();
    var before = JvmState.now();
    try {
      var order = new ArrayList<>(jars);
      Collections.shuffle(order, random);
      install(framework, order, each, random);
      var answer = result(framework) + restartOfScr(framework) + own(framework);
      return answer + "; changed in the JVM: " + before.changes(JvmState.now());
    } finally {
      framework.stop();
      framework.waitForStop(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    }
  }

  private static Framework framework(Path storage) throws Exception {
    var settings = new HashMap<String, String>();
    settings.put(Constants.FRAMEWORK_STORAGE, Files.createDirectories(storage).toString());
    settings.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
    return ServiceLoader.load(FrameworkFactory.class)
        .findFirst()
        .orElseThrow()
        .newFramework(settings);
  }

  private static void install(Framework framework, List<String> jars, boolean each, Random random)
      throws Exception {
    var context = framework.getBundleContext();
    var installed = new ArrayList<Bundle>();
    for (var jar : jars) {
      var bundle = context.installBundle(Path.of(jar).toUri().toString());
      installed.add(bundle);
      if (each) {
        start(bundle);
      }
    }
    if (!each) {
      Collections.shuffle(installed, random);
      for (var bundle : installed) {
        start(bundle);
      }
    }
  }

  /** A bundle that does not resolve yet says so; the host leaves it at that. */
  private static void start(Bundle bundle) throws BundleException {
    if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null) {
      return;
    }
    try {
      bundle.start();
    } catch (BundleException e) {
      if (e.getType() != BundleException.RESOLVE_ERROR) {
        throw e;
      }
    }
  }

  /** What the application's bundle answers when asked to train on the CPU. */
  @SuppressWarnings("unchecked") // the property acme.training promises strings
  private static String result(Framework framework) throws Exception {
    var context = framework.getBundleContext();
    var tracker =
        new ServiceTracker<UnaryOperator<String>, UnaryOperator<String>>(
            context, context.createFilter("(acme.training=heaps)"), null);
    tracker.open();
    var last = "no Backplane service came";
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    try {
      while (System.nanoTime() - deadline < 0) {
        var training = tracker.waitForService(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        if (training != null) {
          try {
            return training.apply("cpu");
          } catch (RuntimeException e) {
            // The backend may still be on its way; who waits too long is told the last reason.
            last = e.toString();
            Thread.sleep(20);
          }
        }
      }
      return last + "; not active: " + idle(framework);
    } finally {
      tracker.close();
    }
  }

  private static String restartOfScr(Framework framework) throws Exception {
    for (var bundle : framework.getBundleContext().getBundles()) {
      if ("org.apache.felix.scr".equals(bundle.getSymbolicName())) {
        bundle.stop();
        bundle.start();
        return "; after SCR's restart: " + result(framework);
      }
    }
    return "; there is no SCR";
  }

  /** What the application's other bundles say of what they have for themselves. */
  private static String own(Framework framework) throws Exception {
    var context = framework.getBundleContext();
    for (var bundle : context.getBundles()) {
      // One that was started before what it needs is the application's to start again, where it is
      // no user of Backplane.
      if (bundle.getState() != Bundle.ACTIVE) {
        start(bundle);
      }
    }
    var said = new StringBuilder();
    for (var reference : context.getServiceReferences(UnaryOperator.class, "(acme.own=*)")) {
      said.append("; ").append(context.getService(reference).apply(null));
    }
    return said.toString();
  }

  private static Map<String, String> idle(Framework framework) {
    var states = new HashMap<String, String>();
    for (var bundle : framework.getBundleContext().getBundles()) {
      if (bundle.getState() != Bundle.ACTIVE) {
        states.put(bundle.getSymbolicName(), "state " + bundle.getState());
      }
    }
    return states;
  }
}
