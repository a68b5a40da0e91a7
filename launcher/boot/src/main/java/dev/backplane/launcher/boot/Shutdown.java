package dev.backplane.launcher.boot;

import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

/**
 * What happens when the process ends, however it ends: a command still at work is interrupted and
 * given time to finish its step and write what must not be lost, then the framework stops and its
 * storage goes.
 */
final class Shutdown implements Runnable {
  /** How long a command that was asked to stop may take. */
  private static final long COMMAND_SECONDS = 60;

  /**
   * How long bundles may take to stop. That is a moment, but where a driver's compiler is at work:
   * it cannot be broken off, and the process crashes if it ends under it.
   */
  private static final long FRAMEWORK_SECONDS = 120;

  private final Framework framework;
  private final Storage storage;
  private final Thread command;
  private volatile boolean running;
  private volatile boolean begun;

  Shutdown(Framework framework, Storage storage, Thread command) {
    this.framework = framework;
    this.storage = storage;
    this.command = command;
  }

  /** From now on the command's thread has work that must be asked to stop. */
  void commandStarts() {
    running = true;
  }

  /** The command is done: from now on its thread only waits for this hook. */
  void commandReturned() {
    running = false;
  }

  /** Whether the process is about to end, so that what fails now fails because of that. */
  boolean hasBegun() {
    return begun;
  }

  @Override
  public void run() {
    begun = true;
    try {
      if (running) {
        interruptCommand();
      }
      framework.stop();
      framework.waitForStop(TimeUnit.SECONDS.toMillis(FRAMEWORK_SECONDS));
    } catch (BundleException e) {
      System.err.println("backplane: the framework did not stop cleanly: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      storage.close();
    }
  }

  /** The main thread never ends while the JVM shuts down, so its return is polled, not joined. */
  private void interruptCommand() throws InterruptedException {
    command.interrupt();
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(COMMAND_SECONDS);
    while (running && System.nanoTime() - deadline < 0) {
      Thread.sleep(5);
    }
  }
}
