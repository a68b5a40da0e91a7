package dev.backplane.launcher.cli;

import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code shell}: commands one after the other, and in the background, in one process. */
@Command(
    name = "shell",
    description = {
      "Commands one after the other in one process, from a terminal or, line by line, from a pipe:",
      "those of this list, and jobs, stop, wait, help and exit. A command that ends with & works"
          + " in",
      "the background. Plugins dropped meanwhile come in for the jobs that begin after that."
    },
    mixinStandardHelpOptions = true)
final class ShellCommand implements Callable<Integer> {
  private static final String PROMPT = "backplane> ";

  private final Provider<Cli> clis;
  private final PluginNews news;
  private final BackgroundTasks tasks;

  @Spec CommandSpec spec;

  @Inject
  ShellCommand(Provider<Cli> clis, PluginNews news, BackgroundTasks tasks) {
    this.clis = clis;
    this.news = news;
    this.tasks = tasks;
  }

  @Override
  public Integer call() throws IOException {
    try (var screen = Screen.open(clis.get())) {
      news.printTo(screen::print);
      if (screen.isInteractive()) {
        screen.print("'help' lists the commands, 'exit' or Ctrl-D ends");
      }
      return converse(screen);
    } catch (InterruptedException e) {
      // The process ends: what is at work stops in order, trainings with a checkpoint.
      tasks.stopAll(err());
      return ExitCode.INTERRUPTED.number;
    }
  }

  private int converse(Screen screen) throws IOException, InterruptedException {
    int exitCode = ExitCode.DONE.number;
    while (true) {
      var line = ask(screen, PROMPT);
      var words = line == null ? List.of("exit") : words(line);
      if (words.isEmpty()) {
        continue;
      }
      if (words.equals(List.of("exit")) || words.equals(List.of("quit"))) {
        if (mayEnd(screen)) {
          return exitCode;
        }
      } else if (words.getLast().equals("&")) {
        inBackground(screen, words.subList(0, words.size() - 1));
      } else {
        exitCode = inForeground(screen, words);
      }
    }
  }

  /**
   * Reads a line in another thread: this one can be interrupted when the process ends, the reading
   * of a pipe cannot.
   */
  private static @Nullable String ask(Screen screen, String prompt)
      throws IOException, InterruptedException {
    var answer = new FutureTask<@Nullable String>(() -> screen.readLine(prompt));
    var thread = new Thread(answer, "backplane-shell-reader");
    thread.setDaemon(true);
    thread.start();
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IllegalStateException("reading a line", e);
    }
  }

  private List<String> words(String line) {
    try {
      var text = line.strip();
      // Also where no blank stands before it.
      var behind = text.endsWith("&") && !text.endsWith("\\&");
      var words = CommandWords.of(behind ? text.substring(0, text.length() - 1) + " &" : text);
      return words.isEmpty() || words.getFirst().startsWith("#") ? List.of() : words;
    } catch (CommandException e) {
      err().println("backplane: " + e.getMessage());
      return List.of();
    }
  }

  private void inBackground(Screen screen, List<String> words) {
    if (!words.isEmpty()) {
      var task = tasks.start(clis.get(), words, screen::print);
      screen.print("[" + task.number() + "] " + task.line() + " &");
    }
  }

  private int inForeground(Screen screen, List<String> words) throws InterruptedException {
    var task =
        ShellTask.start(
            0,
            words,
            () -> clis.get().execute(ShellRoot.class, words.toArray(String[]::new), out(), err()));
    screen.onInterrupt(task::stop);
    try {
      return task.await();
    } catch (InterruptedException e) {
      task.stop();
      task.await(60);
      throw e;
    } finally {
      screen.onInterrupt(() -> {});
    }
  }

  /** Somebody who sits there is asked; a script means what it says and waits. */
  private boolean mayEnd(Screen screen) throws IOException, InterruptedException {
    var running = tasks.running();
    if (running.isEmpty()) {
      return true;
    }
    if (screen.isInteractive()) {
      running.forEach(task -> screen.print("[" + task.number() + "] is at work: " + task.line()));
      var answer =
          ask(screen, "wait for it, stop it with a checkpoint, or go on? [wait/stop/go on] ");
      var first = answer == null ? "w" : answer.strip().toLowerCase(Locale.ROOT);
      if (first.startsWith("s")) {
        tasks.stopAll(err());
        return true;
      }
      if (!first.startsWith("w")) {
        return false;
      }
      screen.onInterrupt(() -> tasks.running().forEach(ShellTask::stop));
    }
    for (var task : running) {
      task.await();
    }
    return true;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
