package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.data.Recipe;
import picocli.CommandLine.Parameters;

/** Which recipe a command is about, with which settings and data. */
final class RecipeOptions extends PlanOptions {
  @Parameters(paramLabel = "RECIPE", description = "A name as './backplane recipes' lists it.")
  String name = "";

  /** The recipe of the given name, or an error that suggests one. */
  Recipe recipe(Backplane backplane) {
    return recipe(backplane, name);
  }
}
