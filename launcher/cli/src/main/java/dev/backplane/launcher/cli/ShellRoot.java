package dev.backplane.launcher.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** What can be typed in a shell. */
@Command(
    name = "",
    synopsisSubcommandLabel = "COMMAND [&]",
    description = "A command that ends with & works in the background.",
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
      PluginsCommand.class,
      JobsCommand.class,
      StopCommand.class,
      WaitCommand.class,
      HelpCommand.class
    },
    footer = "  exit      Ends the shell; what is at work in the background is waited for.")
final class ShellRoot implements Runnable {
  @Override
  public void run() {}
}
