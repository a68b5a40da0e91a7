package dev.backplane.recipes;

import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.data.Recipe.Setting;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The values of a recipe's settings: the user's where there are some, else the defaults. */
public final class SettingValues {
  /** The setting by which a user says where a dataset is; see {@link #access}. */
  public static final Setting DATA =
      new Setting("data", "", "a folder or package file that holds the dataset");

  private final String recipe;
  private final Map<String, String> values = new HashMap<>();

  /**
   * Takes a user's values.
   *
   * @throws IllegalArgumentException if the recipe has no such setting, naming the nearest and all
   */
  public SettingValues(Recipe recipe, Map<String, String> given) {
    this.recipe = recipe.name();
    recipe.settings().forEach(setting -> values.put(setting.key(), setting.value()));
    for (var key : given.keySet().stream().sorted().toList()) {
      if (!values.containsKey(key)) {
        throw new IllegalArgumentException(unknown(key, recipe.settings()));
      }
    }
    values.putAll(given);
  }

  /**
   * A whole number.
   *
   * @throws IllegalArgumentException if the value is none from {@code least} to {@code most}
   */
  public int integer(String key, int least, int most) {
    var value = text(key);
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(key, "a whole number from " + least + " to " + most, e);
    }
    throw wrong(key, "a whole number from " + least + " to " + most, null);
  }

  /**
   * A finite number greater than 0.
   *
   * @throws IllegalArgumentException if the value is none
   */
  public double positive(String key) {
    double number = number(key, "a number greater than 0");
    if (number > 0) {
      return number;
    }
    throw wrong(key, "a number greater than 0", null);
  }

  /**
   * A share: 0 or more, less than 1.
   *
   * @throws IllegalArgumentException if the value is none
   */
  public double share(String key) {
    double number = number(key, "a number from 0 to less than 1");
    if (number >= 0 && number < 1) {
      return number;
    }
    throw wrong(key, "a number from 0 to less than 1", null);
  }

  /** How to get at the data: as the user's {@link #DATA} says, else as the caller does. */
  public Access access(Access otherwise) {
    var data = text(DATA.key());
    return data.isBlank()
        ? otherwise
        : new Access(Optional.of(Path.of(data)), otherwise.progress());
  }

  private double number(String key, String expected) {
    try {
      double number = Double.parseDouble(text(key));
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw wrong(key, expected, e);
    }
    throw wrong(key, expected, null);
  }

  private String text(String key) {
    var value = values.get(key);
    if (value == null) {
      throw new IllegalStateException(recipe + " declares no setting " + key);
    }
    return value.strip();
  }

  private IllegalArgumentException wrong(
      String key, String expected, @Nullable NumberFormatException cause) {
    return new IllegalArgumentException(
        recipe + ": --set " + key + ": expected " + expected + ", found \"" + text(key) + "\"",
        cause);
  }

  private String unknown(String key, List<Setting> settings) {
    var nearest =
        settings.stream()
            .map(Setting::key)
            .min(Comparator.comparingInt(known -> distance(key, known)))
            .filter(known -> distance(key, known) <= 2);
    return recipe
        + ": no setting \""
        + key
        + "\""
        + nearest.map(known -> "; did you mean \"" + known + "\"?").orElse(".")
        + " It has: "
        + settings.stream().map(Setting::key).collect(Collectors.joining(", "));
  }

  /** How many letters must be added, dropped or exchanged to make one word of the other. */
  private static int distance(String a, String b) {
    var previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      var current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int exchanged = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(exchanged, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
