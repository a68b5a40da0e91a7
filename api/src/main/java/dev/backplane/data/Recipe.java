package dev.backplane.data;

import dev.backplane.extension.Parts;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Metric;
import dev.backplane.nn.Optimizer;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** A model people start from, with its data and settings. A service. */
@ConsumerType
public interface Recipe {
  /** The stable name, such as {@code fashion-mnist-mlp}. */
  String name();

  /** One line for a list. */
  String summary();

  /** The settings users may change, with their defaults. */
  List<Setting> settings();

  /**
   * Everything needed to train.
   *
   * @throws IllegalArgumentException if a key is unknown or a value does not fit, saying what would
   */
  Plan plan(Request request);

  /**
   * Reads a user's own input for prediction, such as the path of an image.
   *
   * @return one value for each input field of the model, in its stored form, without batch axis
   * @throws dev.backplane.BackplaneException if it does not fit, saying what would
   */
  List<Literal> read(String input);

  /**
   * A setting.
   *
   * @param key as in {@code --set KEY=VALUE}
   * @param value the default
   * @param summary one line
   */
  record Setting(String key, String value, String summary) {}

  /**
   * What a user wants of a recipe.
   *
   * @param settings values by key; others keep their defaults
   * @param access how to get at data
   * @param seed of the run; a recipe may split data by it
   * @param parts what settings may name: {@code optimizer=acme.lion}
   */
  record Request(
      Map<String, String> settings, DatasetProvider.Access access, long seed, Parts parts) {
    /** Copies the settings. */
    public Request {
      settings = Map.copyOf(settings);
    }
  }

  /**
   * A training to be run.
   *
   * @param data the data
   * @param model the model
   * @param loss what is made small
   * @param optimizer how
   * @param metrics what is measured
   * @param transforms what is done to gradients
   * @param epochs how often it goes through the data, unless the user says otherwise
   * @param batch the size of a batch, unless the user says otherwise
   */
  record Plan(
      Dataset data,
      Layer model,
      Loss loss,
      Optimizer optimizer,
      List<Metric> metrics,
      List<GradientTransform> transforms,
      int epochs,
      int batch) {
    /** Copies. */
    public Plan {
      metrics = List.copyOf(metrics);
      transforms = List.copyOf(transforms);
    }
  }
}
