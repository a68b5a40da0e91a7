package dev.backplane.launcher.cli;

import jakarta.inject.Inject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code stop}: ends what works in the background; a training writes a checkpoint. */
@Command(
    name = "stop",
    description = "Ends a command in the background; a training writes a checkpoint first.",
    mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
  private static final int PATIENCE_SECONDS = 60;

  private final BackgroundTasks tasks;

  @Spec CommandSpec spec;

  @Parameters(paramLabel = "JOB", description = "Its number as 'jobs' lists it, or its recipe.")
  String name = "";

  @Inject
  StopCommand(BackgroundTasks tasks) {
    this.tasks = tasks;
  }

  @Override
  public Integer call() throws InterruptedException {
    var task = tasks.named(name);
    task.stop();
    if (!task.await(PATIENCE_SECONDS)) {
      throw new CommandException(
          ExitCode.FAILED, "[" + task.number() + "] has not stopped yet: " + task.line());
    }
    return ExitCode.DONE.number;
  }
}
