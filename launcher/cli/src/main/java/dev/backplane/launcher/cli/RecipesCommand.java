package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code recipes}: what can be trained out of the box. */
@Command(
    name = "recipes",
    description = "What can be trained out of the box, with the settings of each.",
    mixinStandardHelpOptions = true)
final class RecipesCommand implements Callable<Integer> {
  private final Backplane backplane;

  @Spec CommandSpec spec;

  @Option(names = "--json", description = "One JSON object per line.")
  boolean json;

  @Inject
  RecipesCommand(Backplane backplane) {
    this.backplane = backplane;
  }

  @Override
  public Integer call() {
    var out = spec.commandLine().getOut();
    for (var recipe : backplane.recipes()) {
      if (json) {
        var settings = new LinkedHashMap<String, String>();
        recipe.settings().forEach(s -> settings.put(s.key(), s.value()));
        var fields = new LinkedHashMap<String, Object>();
        fields.put("event", "recipe");
        fields.put("recipe", recipe.name());
        fields.put("summary", recipe.summary());
        fields.put("settings", settings);
        new JsonLines(out).print(fields);
      } else {
        out.printf("%-20s %s%n", recipe.name(), recipe.summary());
        recipe
            .settings()
            .forEach(
                s -> out.printf("%-20s   --set %s=%s  %s%n", "", s.key(), s.value(), s.summary()));
      }
    }
    return ExitCode.DONE.number;
  }
}
