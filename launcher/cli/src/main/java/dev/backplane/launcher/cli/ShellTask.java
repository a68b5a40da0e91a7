package dev.backplane.launcher.cli;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * A command of a shell at work, in a thread of its own. It is asked to stop by an interrupt of that
 * thread, as the command of a process is; a training then writes a checkpoint.
 */
final class ShellTask {
  private final int number;
  private final List<String> words;
  private final Instant since = Instant.now();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile int exitCode = ExitCode.FAILED.number;

  private ShellTask(int number, List<String> words, IntSupplier work) {
    this.number = number;
    this.words = List.copyOf(words);
    thread =
        new Thread(
            () -> {
              try {
                exitCode = work.getAsInt();
              } finally {
                ended.countDown();
              }
            },
            "backplane-shell-" + number);
    thread.setDaemon(true);
  }

  static ShellTask start(int number, List<String> words, IntSupplier work) {
    var task = new ShellTask(number, words, work);
    task.thread.start();
    return task;
  }

  int number() {
    return number;
  }

  Instant since() {
    return since;
  }

  /** What was typed. */
  String line() {
    return String.join(" ", words);
  }

  /** Whether somebody may mean it who says this: its number, its line, or one of its words. */
  boolean isCalled(String name) {
    return name.equals(String.valueOf(number)) || words.contains(name) || line().equals(name);
  }

  /** Asks it to stop; trainings do so at the next step. */
  void stop() {
    thread.interrupt();
  }

  boolean hasEnded() {
    return ended.getCount() == 0;
  }

  /** Waits for its end. */
  int await() throws InterruptedException {
    ended.await();
    return exitCode;
  }

  /** Waits for its end for a while; false if that was too short. */
  boolean await(long seconds) throws InterruptedException {
    return ended.await(seconds, TimeUnit.SECONDS);
  }
}
