package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Run;
import dev.backplane.Target;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which trained model a command is about, and how it answers. */
final class RunOptions {
  @Parameters(index = "0", paramLabel = "RUN", description = "A run folder, or a model file.")
  Path folder = Path.of("");

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  /** The model on a device. */
  Run open(Backplane backplane, Target target) {
    return RunNotes.open(backplane, folder, target);
  }
}
