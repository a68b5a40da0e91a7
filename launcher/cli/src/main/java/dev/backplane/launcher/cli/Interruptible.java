package dev.backplane.launcher.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work that is asked to stop, not broken off. The process interrupts the thread of its command when
 * a signal ends it; the work is in another thread, because an interrupt closes the very file that
 * is being written.
 */
final class Interruptible {
  private Interruptible() {}

  /**
   * Does the work.
   *
   * @param work what to do
   * @param ask whom to tell when this thread is interrupted
   * @return its result; empty if it was interrupted and does not stop by itself
   * @throws Exception what the work threw
   */
  static <T> Optional<T> run(Callable<T> work, Ask ask) throws Exception {
    var task = new FutureTask<>(work);
    var thread = new Thread(task, "backplane-command");
    thread.setDaemon(true);
    thread.start();
    while (true) {
      try {
        return Optional.of(task.get());
      } catch (InterruptedException e) {
        if (!ask.toStop()) {
          return Optional.empty();
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Exception cause) {
          throw cause;
        }
        throw e;
      }
    }
  }

  /** Whom to tell that the work should stop. */
  interface Ask {
    /** Whether it will stop by itself, soon and in order. */
    boolean toStop();
  }
}
