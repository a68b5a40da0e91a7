package dev.backplane;

import dev.backplane.backend.DeviceInfo;
import dev.backplane.data.Batches;
import dev.backplane.function.Compiled;
import dev.backplane.function.Traceable;
import dev.backplane.tensor.Literal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A trained model and how it came about. Its {@code toString} is a summary for people. */
@ProviderType
public interface Run extends AutoCloseable {
  /** The name of the model. */
  String name();

  /** Where it ran. */
  DeviceInfo device();

  /** Epochs trained, in all. */
  int epochs();

  /** Steps made, in all. */
  long steps();

  /** How long this process trained, in seconds, without compilation. */
  double seconds();

  /** Training examples per second of {@link #seconds}. */
  double samplesPerSecond();

  /** The last figures by name: {@code train_loss}, {@code test_loss}, {@code test_accuracy}. */
  Map<String, Double> metrics();

  /** The figures of each epoch. */
  List<Map<String, Double>> history();

  /** The run folder, where there is one. */
  Optional<Path> folder();

  /** The notes that were made when it was set up. */
  Map<String, String> notes();

  /** The texts that belong to the model, by file name; see {@link Trainer#file}. */
  Map<String, String> files();

  /** The prediction for one example: an input without batch axis, in its stored form. */
  Literal predict(Literal input);

  /** Predictions for a batch; one value [batch, …] for each input field, in its stored form. */
  List<Literal> predict(List<Literal> inputs);

  /** {@code loss} and metrics by name over examples. */
  Map<String, Double> evaluate(Batches batches);

  /**
   * What the metrics have to tell over examples besides their figures: for each {@link
   * dev.backplane.nn.TabledMetric} its table, by its name.
   */
  Map<String, Literal> tables(Batches batches);

  /**
   * Writes the whole model into one file, to be used with {@link Backplane#load}: the values of
   * parameters and state as safetensors, the structure by registered names, the fields, notes and
   * files beside them. What only training needs, such as the optimizer, is left out.
   *
   * @throws BackplaneException if the model is pinned to a class that is not registered, naming it,
   *     or the file cannot be written; nothing of it is left then
   */
  void save(Path model);

  /** The values of the parameters and state, by path. */
  Map<String, Literal> parameters();

  /**
   * A function compiled for the device that the run was opened or trained on: decoding step by
   * step, say, with {@link #parameters} as arguments. It lives on its own, to be closed by the
   * caller.
   */
  Compiled compile(Traceable function);

  /** Where each node of the training step ran, and why. */
  List<Training.Placed> why();

  @Override
  void close();
}
