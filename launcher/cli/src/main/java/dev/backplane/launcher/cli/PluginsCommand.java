package dev.backplane.launcher.cli;

import dev.backplane.launcher.deployer.Plugin;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code plugins}: what is in the folder of plugins, and what became of it. */
@Command(
    name = "plugins",
    description = {
      "What is in the folder of plugins: which bundles are in, and why the others are not.",
      "The folder is plugins/ beside the script, or what BACKPLANE_PLUGINS names."
    },
    mixinStandardHelpOptions = true)
final class PluginsCommand implements Callable<Integer> {
  private final PluginNews news;

  @Spec CommandSpec spec;

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  PluginsCommand(PluginNews news) {
    this.news = news;
  }

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    var watched = news.plugins();
    if (watched.isEmpty()) {
      out.println("no folder of plugins is watched: BACKPLANE_PLUGINS is empty");
      return ExitCode.DONE.number;
    }
    var plugins = watched.get().list();
    if (!json) {
      out.println(watched.get().folder() + (plugins.isEmpty() ? ": nothing in it" : ""));
    }
    plugins.forEach(json ? this::printJson : this::print);
    return ExitCode.DONE.number;
  }

  private void print(Plugin plugin) {
    var out = spec.commandLine().getOut();
    out.printf("%-9s %-28s %s%n", plugin.state(), plugin.bundle(), plugin.file());
    if (!plugin.reason().isEmpty()) {
      out.println("          " + plugin.reason());
    }
  }

  private void printJson(Plugin plugin) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "plugin");
    fields.put("file", plugin.file());
    fields.put("bundle", plugin.bundle());
    fields.put("state", plugin.state().toString());
    fields.put("reason", plugin.reason());
    new JsonLines(spec.commandLine().getOut()).print(fields);
  }
}
