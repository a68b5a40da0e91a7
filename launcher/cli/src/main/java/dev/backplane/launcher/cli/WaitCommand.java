package dev.backplane.launcher.cli;

import jakarta.inject.Inject;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code wait}: until what works in the background has ended. */
@Command(
    name = "wait",
    description = "Waits for a command in the background, or for all.",
    mixinStandardHelpOptions = true)
final class WaitCommand implements Callable<Integer> {
  private final BackgroundTasks tasks;

  @Parameters(
      arity = "0..1",
      paramLabel = "JOB",
      description = "Its number as 'jobs' lists it, or its recipe.")
  @Nullable String name;

  @Inject
  WaitCommand(BackgroundTasks tasks) {
    this.tasks = tasks;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (name != null) {
      return tasks.named(name).await();
    }
    int worst = ExitCode.DONE.number;
    for (var task : tasks.running()) {
      worst = Math.max(worst, task.await());
    }
    return worst;
  }
}
