package dev.backplane.integration.embedding;

import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.util.tracker.ServiceTracker;

/**
 * A bundle that has the application of the page train once on the CPU, then stops the framework.
 */
public final class TrainOnceAndStop implements BundleActivator {
  private static final long PATIENCE_SECONDS = 120;

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
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (true) {
        try {
          var training = tracker.waitForService(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
          System.out.println(training.apply("cpu"));
          break;
        } catch (RuntimeException e) {
          if (System.nanoTime() > deadline) {
            e.printStackTrace(); // and stops the framework: the process is not to wait for ever
            break;
          }
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
