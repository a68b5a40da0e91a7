package dev.backplane.data;

import dev.backplane.Callback;
import dev.backplane.Goal;
import dev.backplane.Run;
import dev.backplane.extension.Parts;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Metric;
import dev.backplane.nn.Optimizer;
import dev.backplane.tensor.Literal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
   * The same with the files a plan gave to its run ({@link Plan#files}), such as a vocabulary; this
   * is what prediction calls.
   *
   * @param files text by file name
   */
  default List<Literal> read(String input, Map<String, String> files) {
    return read(input);
  }

  /**
   * What a run says of a user's own input, in words, where that is no class and no list of numbers:
   * a translation, a transcript. Empty where {@link #read} and the prediction's values are all.
   *
   * @throws dev.backplane.BackplaneException if the input does not fit, saying what would
   */
  default Optional<String> tell(Run run, String input) {
    return Optional.empty();
  }

  /**
   * Figures of a trained model beyond loss and metrics, for the result line: {@code bleu}, {@code
   * cer}. Asked once at the end of a training and of an evaluation.
   *
   * @param run the trained model
   * @param plan as it was planned for this run
   */
  default Map<String, Double> measure(Run run, Plan plan) {
    return Map.of();
  }

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
   * @param files those that the run was given when it was trained ({@link Plan#files}), where it is
   *     planned again to be evaluated; empty at the training
   */
  record Request(
      Map<String, String> settings,
      DatasetProvider.Access access,
      long seed,
      Parts parts,
      Map<String, String> files) {
    /** Copies the settings and files. */
    public Request {
      settings = Map.copyOf(settings);
      files = Map.copyOf(files);
    }

    /** A request for a training. */
    public Request(
        Map<String, String> settings, DatasetProvider.Access access, long seed, Parts parts) {
      this(settings, access, seed, parts, Map.of());
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
   * @param files texts that belong to the model, by file name: a vocabulary, the names of labels.
   *     They are kept in the run folder, so that a prediction needs no data set; see {@link
   *     dev.backplane.Trainer#file}
   * @param validation what it is measured with after each epoch, for choices while training
   * @param callbacks such as {@link dev.backplane.EarlyStopping}
   * @param best by which the best epoch's weights are kept; empty for those of the last
   */
  record Plan(
      Dataset data,
      Layer model,
      Loss loss,
      Optimizer optimizer,
      List<Metric> metrics,
      List<GradientTransform> transforms,
      int epochs,
      int batch,
      Map<String, String> files,
      Optional<Examples> validation,
      List<Callback> callbacks,
      Optional<Goal> best) {
    /** Copies. */
    public Plan {
      callbacks = List.copyOf(callbacks);
      metrics = List.copyOf(metrics);
      transforms = List.copyOf(transforms);
      files = Map.copyOf(files);
    }

    /** A training of a model that needs no files of its own, to the last epoch. */
    public Plan(
        Dataset data,
        Layer model,
        Loss loss,
        Optimizer optimizer,
        List<Metric> metrics,
        List<GradientTransform> transforms,
        int epochs,
        int batch) {
      this(
          data,
          model,
          loss,
          optimizer,
          metrics,
          transforms,
          epochs,
          batch,
          Map.of(),
          Optional.empty(),
          List.of(),
          Optional.empty());
    }

    /** The same with these files. */
    public Plan withFiles(Map<String, String> files) {
      return with(files, validation, callbacks, best);
    }

    /** The same, measured with these examples too. */
    public Plan withValidation(Examples validation) {
      return with(files, Optional.of(validation), callbacks, best);
    }

    /** The same, watched by these. */
    public Plan withCallbacks(Callback... callbacks) {
      return with(files, validation, List.of(callbacks), best);
    }

    /** The same, keeping the weights of the best epoch. */
    public Plan keepingBest(Goal goal) {
      return with(files, validation, callbacks, Optional.of(goal));
    }

    private Plan with(
        Map<String, String> files,
        Optional<Examples> validation,
        List<Callback> callbacks,
        Optional<Goal> best) {
      return new Plan(
          data,
          model,
          loss,
          optimizer,
          metrics,
          transforms,
          epochs,
          batch,
          files,
          validation,
          callbacks,
          best);
    }
  }
}
