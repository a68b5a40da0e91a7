package dev.backplane.launcher.cli;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The commands a shell has put into the background. */
@Singleton
final class BackgroundTasks {
  private final List<ShellTask> tasks = new ArrayList<>();
  private int last;

  @Inject
  BackgroundTasks() {}

  /**
   * Begins a command.
   *
   * @param printer for its lines
   */
  synchronized ShellTask start(Cli cli, List<String> words, Consumer<String> printer) {
    int number = ++last;
    var mark = "[" + number + "] ";
    var task =
        ShellTask.start(
            number,
            words,
            () -> {
              var out = new BackgroundLines(mark, BackgroundTasks::printOut);
              var err = new BackgroundLines(mark, printer);
              int exitCode = cli.execute(ShellRoot.class, words.toArray(String[]::new), out, err);
              out.close();
              err.close();
              printer.accept(
                  mark
                      + (exitCode == ExitCode.DONE.number
                          ? "done: "
                          : "ended with exit code " + exitCode + ": ")
                      + String.join(" ", words));
              return exitCode;
            });
    tasks.add(task);
    return task;
  }

  private static void printOut(String line) {
    System.out.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
    System.out.flush();
  }

  /** Those that have not ended, the oldest first. */
  synchronized List<ShellTask> running() {
    tasks.removeIf(ShellTask::hasEnded);
    return List.copyOf(tasks);
  }

  /**
   * The one that is meant.
   *
   * @throws CommandException if there is none or several
   */
  ShellTask named(String name) {
    var meant = running().stream().filter(task -> task.isCalled(name)).toList();
    if (meant.size() == 1) {
      return meant.getFirst();
    }
    var there = running().stream().map(task -> task.number() + " (" + task.line() + ")").toList();
    throw new CommandException(
        ExitCode.WRONG_USAGE,
        (meant.isEmpty()
                ? "nothing called '" + name + "' is at work in the background"
                : "several at work are called '" + name + "': say the number")
            + (there.isEmpty() ? "" : "; there is " + String.join(", ", there)));
  }

  /** Asks all to stop and waits until they have. */
  void stopAll(PrintWriter err) {
    var all = running();
    all.forEach(ShellTask::stop);
    for (var task : all) {
      try {
        if (!task.await(60)) {
          err.println("[" + task.number() + "] does not stop: " + task.line());
        }
      } catch (InterruptedException e) {
        // Asked once more to hurry: but a checkpoint is being written.
      }
    }
  }
}
