package dev.backplane.launcher.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root: without a command it says which there are. */
@Command(
    name = "./backplane",
    description = "Runs and trains neural networks on whatever hardware this host has.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      DevicesCommand.class,
      WhyCommand.class,
      RecipesCommand.class,
      TrainCommand.class,
      SearchCommand.class,
      SummaryCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      ExportCommand.class,
      BenchCommand.class,
      CompileCommand.class,
      CompareCommand.class,
      TckCommand.class,
      PluginsCommand.class,
      ShellCommand.class
    },
    footerHeading = "%nAnswered by the script itself:%n",
    footer = {
      "  verify   the whole test suite",
      "  install  artifacts and BOM into the local Maven repository"
    })
final class BackplaneCommand implements Runnable {
  @Spec CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing:%n%n".formatted() + usage(spec.commandLine()));
  }

  private static String usage(CommandLine line) {
    return line.getUsageMessage();
  }
}
