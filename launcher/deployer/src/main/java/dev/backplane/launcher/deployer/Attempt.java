package dev.backplane.launcher.deployer;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/**
 * Code of a plugin at work on a thread of its own, so that nobody else hangs where it hangs: its
 * activator and components as the bundle starts or stops.
 */
final class Attempt {
  /** What is attempted. */
  interface Action {
    void run() throws BundleException;
  }

  private final Instant began = Instant.now();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Throwable failure;

  private Attempt(String name, Action action) {
    thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (Throwable e) { // whatever foreign code throws, the process lives on
                failure = e;
              } finally {
                ended.countDown();
              }
            },
            name);
    thread.setDaemon(true);
  }

  static Attempt start(Bundle bundle) {
    return begin(
        "backplane-plugin-start-" + bundle.getSymbolicName(),
        () -> bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY));
  }

  static Attempt stop(Bundle bundle) {
    return begin(
        "backplane-plugin-stop-" + bundle.getSymbolicName(),
        () -> bundle.stop(Bundle.STOP_TRANSIENT));
  }

  private static Attempt begin(String name, Action action) {
    var attempt = new Attempt(name, action);
    attempt.thread.start();
    return attempt;
  }

  /** Waits for its end; false if that did not come in time. */
  boolean await(Duration patience) throws InterruptedException {
    return ended.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  boolean hasEnded() {
    return ended.getCount() == 0;
  }

  boolean isOlderThan(Duration patience) {
    return began.plus(patience).isBefore(Instant.now());
  }

  /** Asks code that hangs to give up. */
  void interrupt() {
    thread.interrupt();
  }

  /** Why it failed, in words; empty if it did not. */
  Optional<String> failure() {
    return Optional.ofNullable(failure).map(Attempt::words);
  }

  /** What the plugin threw, not what the framework wrapped it in, and where. */
  static String words(Throwable e) {
    var cause = e instanceof BundleException && e.getCause() != null ? e.getCause() : e;
    var frames = cause.getStackTrace();
    return cause + (frames.length == 0 ? "" : ", at " + frames[0]);
  }

  /** Where it is now: the innermost call of code that is neither the JDK's nor the framework's. */
  String where() {
    for (var frame : thread.getStackTrace()) {
      var type = frame.getClassName();
      if (!type.startsWith("java.")
          && !type.startsWith("jdk.")
          && !type.startsWith("sun.")
          && !type.startsWith("org.eclipse.osgi.")
          && !type.startsWith("org.apache.felix.")
          && !type.startsWith(Attempt.class.getName())) {
        return frame.toString();
      }
    }
    return "the framework";
  }
}
