package dev.backplane;

import dev.backplane.backend.DeviceInfo;
import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.extension.Parts;
import dev.backplane.function.Compiled;
import dev.backplane.function.Traceable;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Optimizer;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Scope;
import dev.backplane.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The beginning of everything: a service in an OSGi framework, and on class and module path what
 * {@link #start()} gives.
 */
@ProviderType
public interface Backplane extends AutoCloseable {
  /**
   * Starts the engine with all backends, extensions, data sets and recipes that {@link
   * ServiceLoader} finds. Inside a framework take the service instead.
   *
   * @throws BackplaneException if there is no runtime on class or module path
   */
  static Backplane start() {
    return ServiceLoader.load(BackplaneProvider.class)
        .findFirst()
        .orElseThrow(
            () ->
                new BackplaneException(
                    "no runtime found: put dev.backplane.runtime on the class or module path;"
                        + " inside OSGi use the service dev.backplane.Backplane instead"))
        .start();
  }

  /** All devices of all backends, usable or not, with score and reason; the preferred one first. */
  List<DeviceInfo> devices();

  /**
   * A device to run on.
   *
   * @param id the id of a device, or {@code auto}
   * @throws NoSuchDeviceException if there is none of that id, or it is not usable, with the reason
   */
  Target device(String id);

  /** A data set by name, from the cache or fetched. */
  default Dataset dataset(String name) {
    return dataset(name, DatasetProvider.Access.silent());
  }

  /**
   * A data set by name.
   *
   * @throws BackplaneException if there is none of that name, with those that are
   */
  Dataset dataset(String name, DatasetProvider.Access access);

  /**
   * What is under way or kept open, oldest first, and whose code it uses. A bundle that no job
   * names is not in use and may go; one that goes all the same takes its devices from their jobs,
   * which then fail with {@link dev.backplane.backend.DeviceLostException}.
   */
  List<JobInfo> jobs();

  /** All recipes, by name. */
  List<Recipe> recipes();

  /** The registered layers, optimizers, metrics and the like, by name. */
  Parts parts();

  /** A training to be set up. */
  Trainer trainer(Layer model, Loss loss, Optimizer optimizer);

  /** A function compiled for a device. */
  Compiled compile(Traceable function, Target target);

  /** A function of one tensor, compiled for the best device. */
  default Compiled compile(Traceable.One function) {
    return compile(arguments -> function.apply(arguments.only()), device("auto"));
  }

  /** A function of two tensors, compiled for the best device. */
  default Compiled compile(Traceable.Two function) {
    return compile((Tensors x) -> function.apply(x.get(0), x.get(1)), device("auto"));
  }

  /** A scope that computes at once, until it is closed. */
  Scope eager(Target target);

  /**
   * A finished or interrupted run, from its folder.
   *
   * @throws dev.backplane.io.MalformedModelException if the folder does not hold a whole run
   */
  Run open(Path run, Target target);

  /**
   * A model file, as {@link Run#save} writes it, to predict and evaluate with.
   *
   * @throws dev.backplane.io.MalformedModelException if the file does not hold a whole model
   */
  Run load(Path model, Target target);

  /** A model file, on the best device. */
  default Run load(Path model) {
    return load(model, device("auto"));
  }

  /**
   * The tensors of a safetensors file, by name: of any framework. {@link dev.backplane.io.NameMap}
   * renames them, {@link Trainer#weights} begins with them.
   *
   * @throws dev.backplane.io.MalformedModelException if it is no whole file of this format
   */
  Map<String, Literal> weights(Path safetensors);

  /** Ends all work and closes all devices. Idempotent. */
  @Override
  void close();
}
