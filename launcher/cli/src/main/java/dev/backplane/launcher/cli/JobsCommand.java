package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.JobInfo;
import jakarta.inject.Inject;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code jobs}: what is at work in this process, and whose code it uses. */
@Command(
    name = "jobs",
    description = {
      "What is at work: the commands in the background by number, then every job of the engine",
      "with its device and the bundles it uses, which cannot go before it ends."
    },
    mixinStandardHelpOptions = true)
final class JobsCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

  private final BackgroundTasks tasks;
  private final Backplane backplane;

  @Spec CommandSpec spec;

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  JobsCommand(BackgroundTasks tasks, Backplane backplane) {
    this.tasks = tasks;
    this.backplane = backplane;
  }

  @Override
  public Integer call() {
    tasks.running().forEach(json ? this::printJson : this::print);
    var jobs = backplane.jobs();
    jobs.forEach(json ? this::printJson : this::print);
    if (!json && jobs.isEmpty() && tasks.running().isEmpty()) {
      spec.commandLine().getOut().println("nothing is at work");
    }
    return ExitCode.DONE.number;
  }

  private void print(ShellTask task) {
    spec.commandLine()
        .getOut()
        .println("[" + task.number() + "] since " + TIME.format(task.since()) + ": " + task.line());
  }

  private void print(JobInfo job) {
    var out = spec.commandLine().getOut();
    out.println(
        job.name()
            + " on "
            + job.device()
            + " since "
            + TIME.format(job.since())
            + (job.pinned() ? ", pinned" : ""));
    job.uses().stream().map(use -> "    uses " + use).sorted().forEach(out::println);
  }

  private void printJson(ShellTask task) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "background");
    fields.put("number", task.number());
    fields.put("since", task.since().toString());
    fields.put("command", task.line());
    new JsonLines(spec.commandLine().getOut()).print(fields);
  }

  private void printJson(JobInfo job) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "job");
    fields.put("job", job.name());
    fields.put("device", job.device());
    fields.put("since", job.since().toString());
    fields.put("pinned", job.pinned());
    fields.put("uses", job.uses().stream().map(Object::toString).sorted().toList());
    new JsonLines(spec.commandLine().getOut()).print(fields);
  }
}
