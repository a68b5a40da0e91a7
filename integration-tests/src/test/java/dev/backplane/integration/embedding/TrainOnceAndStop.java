package dev.backplane.integration.embedding;

import java.util.function.UnaryOperator;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;

/**
 * A bundle that has the application of the page train once on the CPU, then stops the framework.
 */
public final class TrainOnceAndStop implements BundleActivator {
  /** For the framework. */
  public TrainOnceAndStop() {}

  @Override
  public void start(BundleContext context) {
    Thread.ofPlatform().daemon().start(() -> run(context));
  }

  @SuppressWarnings("unchecked") // the property acme.training promises strings
  private static void run(BundleContext context) {
    try {
      var tracker =
          new ServiceTracker<UnaryOperator<String>, UnaryOperator<String>>(
              context, context.createFilter("(acme.training=heaps)"), null);
      tracker.open();
      for (int tries = 0; tries < 500; tries++) {
        try {
          System.out.println(tracker.waitForService(30_000).apply("cpu"));
          break;
        } catch (RuntimeException e) {
          Thread.sleep(20); // the backend is still on its way
        }
      }
      context.getBundle(0).stop();
    } catch (Exception e) {
      e.printStackTrace();
    }
  }

  @Override
  public void stop(BundleContext context) {}
}
