package dev.backplane.runtime;

import dev.backplane.Backplane;
import dev.backplane.BackplaneException;
import dev.backplane.JobInfo;
import dev.backplane.Run;
import dev.backplane.Target;
import dev.backplane.Trainer;
import dev.backplane.backend.Backend;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.data.Dataset;
import dev.backplane.data.DatasetProvider;
import dev.backplane.data.Recipe;
import dev.backplane.extension.Extensions;
import dev.backplane.extension.Parts;
import dev.backplane.function.Compiled;
import dev.backplane.function.Traceable;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Optimizer;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.eager.EagerScope;
import dev.backplane.runtime.extension.Owner;
import dev.backplane.runtime.extension.RegisteredParts;
import dev.backplane.runtime.extension.Registry;
import dev.backplane.runtime.function.CompiledFunction;
import dev.backplane.runtime.name.Nearest;
import dev.backplane.runtime.train.FinishedRun;
import dev.backplane.runtime.train.ModelFile;
import dev.backplane.runtime.train.ModelTrainer;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Scope;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The engine. What it works with comes and goes while it runs: in a framework as services, on class
 * and module path by {@link EngineProvider}. Thread-safe.
 */
@Component(service = Backplane.class, immediate = true)
public final class Engine implements Backplane {
  private final Devices devices = new Devices();
  private final Registry registry = new Registry();
  private final List<DatasetProvider> datasets = new CopyOnWriteArrayList<>();
  private final List<Recipe> recipes = new CopyOnWriteArrayList<>();

  /** An engine that knows nothing yet. */
  public Engine() {}

  /** A backend has come. */
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  public void addBackend(Backend backend) {
    devices.add(backend);
  }

  /** A backend goes: calls in its devices end first, then they are lost. */
  public void removeBackend(Backend backend) {
    devices.remove(backend);
  }

  /** A bundle has come that brings layers and the like. */
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  public void addExtensions(Extensions extensions) {
    var owner = Owner.of(extensions.getClass());
    try {
      registry.add(owner, extensions);
    } catch (BackplaneException e) {
      // One bundle's mistake keeps no other from working; who asks for its parts is told.
      registry.refuse(owner, String.valueOf(e.getMessage()));
      var log = System.getLogger(Engine.class.getName());
      log.log(System.Logger.Level.WARNING, "left out: " + e.getMessage());
      log.log(System.Logger.Level.DEBUG, "left out", e);
    }
  }

  /** A bundle goes that brought layers and the like. */
  public void removeExtensions(Extensions extensions) {
    registry.remove(Owner.of(extensions.getClass()), extensions);
  }

  /** A data set has come. */
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  public void addDataset(DatasetProvider dataset) {
    datasets.add(dataset);
  }

  /** A data set goes. */
  public void removeDataset(DatasetProvider dataset) {
    datasets.remove(dataset);
  }

  /** A recipe has come. */
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  public void addRecipe(Recipe recipe) {
    recipes.add(recipe);
  }

  /** A recipe goes. */
  public void removeRecipe(Recipe recipe) {
    recipes.remove(recipe);
  }

  @Override
  public List<DeviceInfo> devices() {
    return devices.list();
  }

  @Override
  public Target device(String id) {
    return Target.of(devices.find(id).id());
  }

  @Override
  public Dataset dataset(String name, DatasetProvider.Access access) {
    for (var dataset : datasets) {
      if (dataset.name().equals(name)) {
        return dataset.open(access);
      }
    }
    var names = datasets.stream().map(DatasetProvider::name).sorted().toList();
    throw new BackplaneException(
        "unknown data set \""
            + name
            + "\": "
            + (names.isEmpty()
                ? "there are none; put dev.backplane.recipes on the path"
                : "there are " + names)
            + Nearest.hint(name, names));
  }

  @Override
  public List<JobInfo> jobs() {
    return devices.jobs().list();
  }

  @Override
  public List<Recipe> recipes() {
    return recipes.stream().sorted(Comparator.comparing(Recipe::name)).toList();
  }

  @Override
  public Parts parts() {
    return new RegisteredParts(registry);
  }

  @Override
  public Trainer trainer(Layer model, Loss loss, Optimizer optimizer) {
    return new ModelTrainer(devices, registry, model, loss, optimizer);
  }

  @Override
  public Compiled compile(Traceable function, Target target) {
    return new CompiledFunction(devices, function, target);
  }

  @Override
  public Scope eager(Target target) {
    return EagerScope.open(devices, target);
  }

  @Override
  public Run open(Path run, Target target) {
    return FinishedRun.open(devices, registry, run, target);
  }

  @Override
  public Run load(Path model, Target target) {
    return ModelFile.open(devices, registry, model, target);
  }

  @Override
  public Map<String, Literal> weights(Path safetensors) {
    return ModelFile.tensors(safetensors).tensors();
  }

  @Deactivate
  @Override
  public void close() {
    devices.close();
  }
}
