package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tck}: how conformant a backend is. */
@Command(
    name = "tck",
    description = {
      "Runs the conformance kit on a backend: every primitive against the reference interpreter,",
      "the rules of the backend interfaces, and random programs. Ends with 0 if nothing fails."
    },
    mixinStandardHelpOptions = true)
final class TckCommand implements Callable<Integer> {
  private final BundleContext context;
  private final Backplane backplane;

  @Spec CommandSpec spec;

  @Parameters(
      paramLabel = "BACKEND",
      description = "The id of a backend or of one of its devices, such as cpu.")
  String backend = "";

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "A folder for the report, as conformance.txt and conformance.json.")
  @Nullable Path report;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Of cases and programs. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  TckCommand(BundleContext context, Backplane backplane) {
    this.context = context;
    this.backplane = backplane;
  }

  @Override
  public Integer call() {
    ConformanceKit.install(context);
    return new ConformanceRun(context, backplane, spec.commandLine(), seed, report, json)
        .run(backend)
        .number;
  }
}
