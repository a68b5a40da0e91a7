package dev.backplane.launcher.cli;

import com.google.inject.Inject;
import dev.backplane.Backplane;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code export}: the model of a run, as one file. */
@Command(
    name = "export",
    description = "Writes the model of a run into one file, to be predicted with anywhere.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  private final Backplane backplane;

  @Spec CommandSpec spec;
  @Mixin TargetOptions targets = new TargetOptions();

  @Parameters(index = "0", paramLabel = "RUN", description = "A run folder.")
  Path folder = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "FILE",
      description = "What to write, such as model.safetensors.")
  Path file = Path.of("");

  @Inject
  ExportCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  @Override
  public Integer call() {
    try (var run = backplane.open(folder, targets.target(backplane))) {
      run.save(file);
      spec.commandLine().getOut().println(run.name() + " in " + file);
      return ExitCode.DONE.number;
    }
  }
}
