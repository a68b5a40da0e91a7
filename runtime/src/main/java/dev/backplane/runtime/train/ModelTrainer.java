package dev.backplane.runtime.train;

import dev.backplane.BackplaneException;
import dev.backplane.Callback;
import dev.backplane.Goal;
import dev.backplane.Run;
import dev.backplane.Target;
import dev.backplane.Trainer;
import dev.backplane.Training;
import dev.backplane.TrainingFailedException;
import dev.backplane.data.Batches;
import dev.backplane.nn.GradientTransform;
import dev.backplane.nn.Layer;
import dev.backplane.nn.Loss;
import dev.backplane.nn.Metric;
import dev.backplane.nn.Optimizer;
import dev.backplane.op.Precision;
import dev.backplane.runtime.checkpoint.Checkpoint;
import dev.backplane.runtime.checkpoint.OwnFiles;
import dev.backplane.runtime.checkpoint.RunFolder;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.extension.Owner;
import dev.backplane.runtime.extension.Registry;
import dev.backplane.runtime.job.OpenJob;
import dev.backplane.tensor.Literal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Sets up trainings of one model. The model is turned into its description when it starts. */
public final class ModelTrainer implements Trainer {
  private final Devices devices;
  private final Registry registry;
  private final Layer model;
  private final Loss loss;
  private final Optimizer optimizer;
  private final SortedMap<String, String> notes = new TreeMap<>();
  private final SortedMap<String, String> files = new TreeMap<>();
  private String name = "model";
  private List<Metric> metrics = List.of();
  private List<GradientTransform> transforms = List.of();
  private List<Callback> callbacks = List.of();
  private long seed;
  private int accumulate = 1;
  private Precision precision = Precision.FULL;
  private GivenWeights weights = GivenWeights.NONE;
  private List<String> frozen = List.of();
  private Optional<Batches> validation = Optional.empty();
  private Optional<Goal> best = Optional.empty();
  private Optional<Path> out = Optional.empty();
  private boolean resume;

  /**
   * A training to be set up.
   *
   * @param devices where it may run
   * @param registry by which its parts become plain data
   */
  public ModelTrainer(
      Devices devices, Registry registry, Layer model, Loss loss, Optimizer optimizer) {
    this.devices = devices;
    this.registry = registry;
    this.model = model;
    this.loss = loss;
    this.optimizer = optimizer;
  }

  @Override
  public Trainer name(String name) {
    this.name = name;
    return this;
  }

  @Override
  public Trainer metrics(Metric... metrics) {
    this.metrics = List.of(metrics);
    return this;
  }

  @Override
  public Trainer transforms(GradientTransform... transforms) {
    this.transforms = List.of(transforms);
    return this;
  }

  @Override
  public Trainer seed(long seed) {
    this.seed = seed;
    return this;
  }

  @Override
  public Trainer callbacks(Callback... callbacks) {
    this.callbacks = List.of(callbacks);
    return this;
  }

  @Override
  public Trainer validation(Batches validation) {
    this.validation = Optional.of(validation);
    return this;
  }

  @Override
  public Trainer keepBest(Goal goal) {
    best = Optional.of(goal);
    return this;
  }

  @Override
  public Trainer weights(Map<String, Literal> values) {
    return weights(values, false);
  }

  @Override
  public Trainer weights(Map<String, Literal> values, boolean whole) {
    weights = new GivenWeights(values, whole);
    return this;
  }

  @Override
  public Trainer freeze(String... paths) {
    frozen = List.of(paths);
    return this;
  }

  @Override
  public Trainer accumulate(int batches) {
    if (batches < 1) {
      throw new IllegalArgumentException("accumulate: expected 1 or more, found " + batches);
    }
    accumulate = batches;
    return this;
  }

  @Override
  public Trainer precision(Precision precision) {
    this.precision = precision;
    return this;
  }

  @Override
  public Trainer out(Path run) {
    out = Optional.of(run);
    return this;
  }

  @Override
  public Trainer note(String key, String value) {
    notes.put(key, value);
    return this;
  }

  @Override
  public Trainer file(String name, String text) {
    files.put(OwnFiles.requireName(name), text);
    return this;
  }

  @Override
  public Trainer resume(boolean resume) {
    this.resume = resume;
    return this;
  }

  private Blueprint blueprint() {
    return Blueprint.of(registry, model, loss, optimizer, metrics, transforms);
  }

  private Programs programs(Blueprint blueprint, Batches train) {
    return new Programs(
        name,
        blueprint,
        Fields.of(train.examples()),
        new StateTable(frozen),
        accumulate,
        precision);
  }

  private static int largest(Batches batches) {
    if (batches.examples().size() == 0) {
      throw new IllegalArgumentException("examples: expected one or more, found none");
    }
    return Math.min(batches.size(), batches.examples().size());
  }

  @Override
  public Training open(Batches train, Target target) {
    int largest = largest(train);
    var programs = programs(blueprint(), train);
    var open = devices.jobs().open(name, target.device());
    var job =
        Job.training(
            devices, target, programs, largest, Optional.empty(), seed, Optional.empty(), open);
    try {
      job.load(weights);
      open.pin(Owner.of(train.examples().getClass()).use("training data"));
      job.prepareTraining(Form.of(train).getFirst());
      return new StepTraining(job, train, Checkpoint.Position.START, Integer.MAX_VALUE);
    } catch (RuntimeException | Error e) {
      job.close();
      throw e;
    }
  }

  @Override
  public Run fit(Batches train, Batches test, Epochs epochs, Target target) {
    if (resume && out.isEmpty()) {
      throw new IllegalArgumentException("resume: needs out(RUN), the run folder to go on from");
    }
    largest(test);
    validation.ifPresent(ModelTrainer::largest);
    // Channels close themselves under an interrupted thread: the interrupt waits for a step's end.
    boolean interrupted = Thread.interrupted();
    try (var folder = out.map(RunFolder::open).map(Held::new).orElse(Held.NONE)) {
      return fit(train, test, epochs.total(), target, folder.folder(), interrupted);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A run folder for as long as it is written to, or none. */
  private record Held(Optional<RunFolder> folder) implements AutoCloseable {
    static final Held NONE = new Held(Optional.empty());

    Held(RunFolder folder) {
      this(Optional.of(folder));
    }

    @Override
    public void close() {
      folder.ifPresent(RunFolder::close);
    }
  }

  private Run fit(
      Batches train,
      Batches test,
      int epochs,
      Target target,
      Optional<RunFolder> folder,
      boolean interrupted) {
    var blueprint = blueprint();
    var training = RunConfig.training(seed, train, accumulate, frozen, precision);
    var config =
        new RunConfig(
            name, notes, blueprint, Fields.of(train.examples()), training, best, new TreeMap<>());
    var tuned = target;
    if (folder.isPresent() && folder.get().isRun()) {
      var found = existing(folder.get(), config);
      OwnFiles.requireSame(folder.get().path(), files);
      tuned = target.tuning(RunConfig.tuning(found, target.tuning().mode()));
    }
    var checkpoint = folder.flatMap(f -> RunFolder.last(f.path()));
    var saved = checkpoint.map(c -> SavedState.forTraining(c, train.count()));
    var programs = programs(blueprint, train);
    var path = folder.map(RunFolder::path);
    var open = devices.jobs().open(name, target.device());
    var job = Job.training(devices, tuned, programs, largest(train), saved, seed, path, open);
    var held = hold(open, train, test);
    try {
      job.requireFields(test);
      validation.ifPresent(job::requireFields);
      if (checkpoint.isEmpty()) {
        job.load(weights);
      }
      var position = checkpoint.map(Checkpoint::position).orElse(Checkpoint.Position.START);
      var history = checkpoint.map(Checkpoint::history).orElse(List.of());
      job.prepareTraining(Form.of(train).getFirst());
      if (folder.isPresent()) {
        OwnFiles.write(folder.get(), files);
        write(folder.get(), config, tuned, job, history);
      }
      var measuring = new Fit.Measuring(test, validation, best);
      var fit = new Fit(job, train, measuring, epochs, callbacks, folder, position, history);
      var outcome = fit.run(interrupted);
      held.forEach(OpenJob.Use::close);
      return new FinishedRun(name, job, devices, tuned, outcome, path, notes, files);
    } catch (TrainingFailedException e) {
      job.close();
      throw folder.isEmpty() ? e : new TrainingFailedException(e.getMessage() + kept(folder.get()));
    } catch (RuntimeException | Error e) {
      job.close();
      throw e;
    }
  }

  /** What is held only while it trains. */
  private List<OpenJob.Use> hold(OpenJob open, Batches train, Batches test) {
    var held = new ArrayList<OpenJob.Use>();
    held.add(open.pin(Owner.of(train.examples().getClass()).use("training data")));
    held.add(open.pin(Owner.of(test.examples().getClass()).use("test data")));
    validation.ifPresent(
        v -> held.add(open.pin(Owner.of(v.examples().getClass()).use("validation data"))));
    for (var callback : callbacks) {
      held.add(open.pin(Owner.of(callback.getClass()).use("callback")));
    }
    return held;
  }

  private dev.backplane.runtime.extension.Located existing(RunFolder folder, RunConfig config) {
    if (!resume) {
      throw new BackplaneException(
          "run folder "
              + folder.path()
              + ": there is a run in it already; resume it, or choose"
              + " another folder");
    }
    var found = RunFolder.config(folder.path());
    config.requireSame(found);
    return found;
  }

  private static void write(
      RunFolder folder,
      RunConfig config,
      Target target,
      Job job,
      List<Map<String, Double>> history) {
    var chosen = new TreeMap<>(target.tuning().choices());
    chosen.putAll(job.choices());
    var whole =
        new RunConfig(
            config.name(),
            config.notes(),
            config.blueprint(),
            config.fields(),
            config.training(),
            config.best(),
            chosen);
    folder.config(whole.json(target, job.device().id()));
    folder.metrics(history);
  }

  private static String kept(RunFolder folder) {
    boolean interrupted = Thread.interrupted();
    try {
      return kept(folder.path());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static String kept(Path folder) {
    return RunFolder.last(folder)
        .map(
            checkpoint ->
                "; the last checkpoint, of step "
                    + checkpoint.position().steps()
                    + ", is kept in "
                    + folder)
        .orElse("; there is no checkpoint yet in " + folder);
  }
}
