package dev.backplane.launcher.cli;

import dev.backplane.data.Recipe;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the trials of a search train, all of it planned at once. A plan holds its data, so that a
 * trial need not open it anew; where memory gets short, plans are let go of and made again.
 */
final class TrialPlans {
  private final RecipeTraining training;
  private final List<Map<String, String>> settings;
  private final List<SoftReference<Recipe.Plan>> plans = new ArrayList<>();

  /** Plans all trials; a wrong value is wrong usage. */
  TrialPlans(RecipeTraining training, List<Map<String, String>> settings) {
    this.training = training;
    this.settings = List.copyOf(settings);
    this.settings.forEach(trial -> plans.add(new SoftReference<>(training.plan(trial))));
  }

  /** The settings of a trial, by its number from 1. */
  Map<String, String> settings(int number) {
    return settings.get(number - 1);
  }

  /** The plan of a trial, by its number from 1. */
  Recipe.Plan plan(int number) {
    var plan = plans.get(number - 1).get();
    if (plan == null) {
      plan = training.plan(settings(number));
      plans.set(number - 1, new SoftReference<>(plan));
    }
    return plan;
  }
}
