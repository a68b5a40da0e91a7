package dev.backplane.recipes;

import dev.backplane.data.DatasetProvider.Access;
import dev.backplane.data.Recipe;
import dev.backplane.data.Recipe.Setting;
import dev.backplane.io.MalformedModelException;
import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.activation.Linear;
import dev.backplane.layers.core.schedule.Constant;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Metric;
import dev.backplane.nn.Optimizer;
import dev.backplane.nn.Schedule;
import dev.backplane.nn.UnaryLayer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The values of a recipe's settings: the user's where there are some, else the defaults. */
public final class SettingValues {
  /** The setting by which a user says where a dataset is; see {@link #access}. */
  public static final Setting DATA =
      new Setting("data", "", "a folder or package file that holds the dataset");

  /** The setting that names the function between layers; see {@link #activated}. */
  public static final Setting ACTIVATION =
      new Setting("activation", "relu", "a registered activation or layer, behind hidden units");

  /** The setting that names the optimizer; see {@link #optimizer}. */
  public static final Setting OPTIMIZER =
      new Setting("optimizer", "adam", "a registered optimizer, such as sgd(momentum=0.9)");

  /** The setting that names what is measured; see {@link #metrics}. */
  public static final Setting METRICS =
      new Setting("metrics", "accuracy", "registered metrics, joined by commas; empty for none");

  /** Into how many parts cross-validation divides; see {@link #fold}. */
  public static final Setting FOLDS =
      new Setting("folds", "0", "for cross-validation: into how many parts, or 0");

  /** Which part cross-validation holds out; see {@link #fold}. */
  public static final Setting FOLD =
      new Setting("fold", "1", "which of the folds is held out, from 1");

  private final String recipe;
  private final Recipe.Request request;
  private final Map<String, String> values = new HashMap<>();

  /**
   * Takes a user's values.
   *
   * @throws IllegalArgumentException if the recipe has no such setting, naming the nearest and all
   */
  public SettingValues(Recipe recipe, Recipe.Request request) {
    this.recipe = recipe.name();
    this.request = request;
    var given = request.settings();
    recipe.settings().forEach(setting -> values.put(setting.key(), setting.value()));
    for (var key : given.keySet().stream().sorted().toList()) {
      if (!values.containsKey(key)) {
        throw new IllegalArgumentException(unknown(key, recipe.settings()));
      }
    }
    values.putAll(given);
  }

  /**
   * The part that cross-validation holds out, where it was asked for; see {@link #FOLDS}.
   *
   * @throws IllegalArgumentException if there is no such part
   */
  public Optional<Fold> fold() {
    int folds = integer(FOLDS.key(), 0, 1000);
    if (folds == 1) {
      throw new IllegalArgumentException(
          recipe + ": folds: expected 0, or 2 to 1000, found 1: nothing would be left to train on");
    }
    int fold = integer(FOLD.key(), 1, Math.max(1, folds));
    return folds == 0 ? Optional.empty() : Optional.of(new Fold(fold, folds));
  }

  /**
   * How much each class counts; see {@link ClassWeights#SETTING}.
   *
   * @throws IllegalArgumentException if the value says nothing of it
   */
  public ClassWeights classWeights() {
    return ClassWeights.parse(recipe, text(ClassWeights.SETTING.key()));
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
   * A number that is not negative.
   *
   * @throws IllegalArgumentException if the value is none
   */
  public double notNegative(String key) {
    double number = number(key, "0 or a number greater than 0");
    if (number >= 0) {
      return number;
    }
    throw wrong(key, "0 or a number greater than 0", null);
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

  /**
   * One of some words.
   *
   * @throws IllegalArgumentException if the value is none of them
   */
  public String choice(String key, String... allowed) {
    var value = text(key);
    if (List.of(allowed).contains(value)) {
      return value;
    }
    throw wrong(key, String.join(" or ", allowed), null);
  }

  /** The path of a file or folder; empty where the value is. */
  public Optional<Path> path(String key) {
    var value = text(key);
    return value.isEmpty() ? Optional.empty() : Optional.of(Path.of(value));
  }

  /** How to get at the data: as the user's {@link #DATA} says, else as the caller does. */
  public Access access() {
    var otherwise = request.access();
    var data = text(DATA.key());
    return data.isBlank()
        ? otherwise
        : new Access(Optional.of(Path.of(data)), otherwise.progress());
  }

  /**
   * The layer of hidden units and what {@link #ACTIVATION} names: within it if it is an activation,
   * else a layer behind it, which may have parameters of its own.
   *
   * @throws IllegalArgumentException if it names no layer
   */
  public List<Layer> activated(int units) {
    return activated(activation -> new Dense(units, activation));
  }

  /**
   * A layer that takes an activation, and what {@link #ACTIVATION} names: within it if it is an
   * activation, else a layer behind it, which may have parameters of its own.
   *
   * @throws IllegalArgumentException if it names no layer
   */
  public List<Layer> activated(Function<Activation, Layer> layer) {
    var behind = part(UnaryLayer.class, ACTIVATION.key(), text(ACTIVATION.key()), Map.of());
    return behind instanceof Activation activation
        ? List.of(layer.apply(activation))
        : List.of(layer.apply(new Linear()), behind);
  }

  /**
   * What {@link #OPTIMIZER} names.
   *
   * @param rate its learning rate, where the setting says nothing of it
   * @throws IllegalArgumentException if it names no optimizer
   */
  public Optimizer optimizer(double rate) {
    return optimizer(new Constant(rate));
  }

  /** The same with a learning rate that changes. */
  public Optimizer optimizer(Schedule rate) {
    var key = OPTIMIZER.key();
    return part(Optimizer.class, key, text(key), Map.of("rate", rate));
  }

  /**
   * What a setting names: registered parts of a kind, joined by commas.
   *
   * @throws IllegalArgumentException if it names something else
   */
  public <T> List<T> parts(Class<T> kind, String key) {
    return split(text(key)).stream().map(text -> part(kind, key, text, Map.of())).toList();
  }

  /**
   * What {@link #METRICS} names.
   *
   * @throws IllegalArgumentException if it names something else
   */
  public List<Metric> metrics() {
    return metrics(Map.of());
  }

  /**
   * What {@link #METRICS} names, for so many classes where the setting says nothing of them.
   *
   * @throws IllegalArgumentException if it names something else
   */
  public List<Metric> metrics(int classes) {
    return metrics(Map.of("classes", classes));
  }

  private List<Metric> metrics(Map<String, ?> offered) {
    var key = METRICS.key();
    return split(text(key)).stream().map(text -> part(Metric.class, key, text, offered)).toList();
  }

  /** What stands between the commas that are not within brackets. */
  private static List<String> split(String text) {
    var parts = new ArrayList<String>();
    int depth = 0;
    int begin = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add(text.substring(begin, i).strip());
        begin = i + 1;
      }
    }
    if (begin > 0 || !text.isEmpty()) {
      parts.add(text.substring(begin).strip());
    }
    return parts;
  }

  private <T> T part(Class<T> kind, String key, String text, Map<String, ?> offered) {
    try {
      return request.parts().make(kind, text, offered);
    } catch (MalformedModelException e) {
      throw new IllegalArgumentException(
          recipe + ": --set " + key + "=" + text(key) + ": " + e.getMessage(), e);
    }
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
