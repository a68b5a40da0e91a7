package dev.backplane.runtime.train;

import dev.backplane.Goal;
import dev.backplane.Run;
import dev.backplane.Target;
import dev.backplane.Training;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.data.Batches;
import dev.backplane.function.Compiled;
import dev.backplane.function.Traceable;
import dev.backplane.io.MalformedModelException;
import dev.backplane.runtime.checkpoint.Checkpoint;
import dev.backplane.runtime.checkpoint.OwnFiles;
import dev.backplane.runtime.checkpoint.RunFolder;
import dev.backplane.runtime.device.Devices;
import dev.backplane.runtime.extension.Registry;
import dev.backplane.runtime.function.CompiledFunction;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A run that has ended or was opened from its folder; the model stays on its device. */
public final class FinishedRun implements Run {
  private final String name;
  private final Job job;
  private final Devices devices;
  private final Target target;
  private final Fit.Outcome outcome;
  private final Optional<Path> folder;
  private final Map<String, String> notes;
  private final Map<String, String> files;

  FinishedRun(
      String name,
      Job job,
      Devices devices,
      Target target,
      Fit.Outcome outcome,
      Optional<Path> folder,
      Map<String, String> notes,
      Map<String, String> files) {
    this.name = name;
    this.job = job;
    this.devices = devices;
    this.target = target;
    this.outcome = outcome;
    this.folder = folder;
    this.notes = Collections.unmodifiableMap(new TreeMap<>(notes));
    this.files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /**
   * Opens a run from its folder, with its last checkpoint.
   *
   * @throws MalformedModelException if it is not whole, or the checkpoint is of another model
   */
  public static Run open(Devices devices, Registry registry, Path folder, Target target) {
    var found = RunFolder.config(folder);
    var config = RunConfig.read(registry, found);
    var weights = Weights.read(folder, config.best());
    var files = OwnFiles.read(folder);
    var programs =
        new Programs(
            config.name(),
            config.blueprint(),
            config.fields(),
            new StateTable(),
            1,
            config.precision());
    var tuned = target.tuning(RunConfig.tuning(found, target.tuning().mode()));
    var saved = SavedState.forInference(weights.weights());
    var open = devices.jobs().open(config.name(), target.device());
    try {
      var job = Job.inference(devices, tuned, programs, saved, open);
      return new FinishedRun(
          config.name(),
          job,
          devices,
          tuned,
          weights.outcome(),
          Optional.of(folder),
          config.notes(),
          files);
    } catch (ShapeException e) {
      throw new MalformedModelException(
          found.document(), String.valueOf(e.getMessage()), "a model that fits its fields", e);
    }
  }

  /** What a run has come to, and the weights that stand for it: the last, or the best. */
  private record Weights(Checkpoint last, Checkpoint weights, Optional<Integer> best) {
    /** A training that goes on lets go of old ones: then there is a newer one to be read. */
    static Weights read(Path folder, Optional<Goal> goal) {
      var last = last(folder);
      while (true) {
        var history = last.history();
        var best = goal.flatMap(g -> Best.epoch(g, history));
        try {
          var weights = best.map(epoch -> RunFolder.best(folder, epoch)).orElse(last);
          return new Weights(last, weights, best);
        } catch (MalformedModelException e) {
          var now = last(folder);
          if (now.position().equals(last.position())) {
            throw e;
          }
          last = now;
        }
      }
    }

    private static Checkpoint last(Path folder) {
      return RunFolder.last(folder)
          .orElseThrow(
              () ->
                  new MalformedModelException(
                      folder.toString(), "no checkpoint", "one; train to the end of an epoch"));
    }

    Fit.Outcome outcome() {
      var history = last.history();
      var figures =
          history.isEmpty()
              ? Map.<String, Double>of()
              : history.get(best.orElse(history.size()) - 1);
      return new Fit.Outcome(last.position(), history, figures, 0, 0);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DeviceInfo device() {
    return job.device();
  }

  @Override
  public int epochs() {
    return outcome.position().epochs();
  }

  @Override
  public long steps() {
    return outcome.position().steps();
  }

  @Override
  public double seconds() {
    return outcome.seconds();
  }

  @Override
  public double samplesPerSecond() {
    return outcome.seconds() == 0 ? 0 : outcome.samples() / outcome.seconds();
  }

  @Override
  public Map<String, Double> metrics() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(outcome.last()));
  }

  @Override
  public List<Map<String, Double>> history() {
    return outcome.history();
  }

  @Override
  public Optional<Path> folder() {
    return folder;
  }

  @Override
  public Map<String, String> notes() {
    return notes;
  }

  @Override
  public Map<String, String> files() {
    return files;
  }

  @Override
  public synchronized Literal predict(Literal input) {
    var type = input.type();
    var batch = Literal.copyOf(type.withShape(type.shape().prepend(1)), input.data());
    var prediction = job.predict(List.of(batch)).getFirst();
    var shape = prediction.type().shape();
    var one = shape.rank() == 0 ? Shape.scalar() : shape.without(List.of(0));
    return Literal.copyOf(prediction.type().withShape(one), prediction.data());
  }

  @Override
  public synchronized List<Literal> predict(List<Literal> inputs) {
    return job.predict(inputs);
  }

  @Override
  public synchronized Map<String, Double> evaluate(Batches batches) {
    return job.evaluate(batches);
  }

  @Override
  public synchronized Map<String, Literal> tables(Batches batches) {
    return job.tables(batches);
  }

  @Override
  public synchronized void save(Path model) {
    ModelFile.write(model, job.programs(), job.parameters(), notes, files);
  }

  @Override
  public synchronized Map<String, Literal> parameters() {
    return job.parameters();
  }

  @Override
  public synchronized List<Training.Placed> why() {
    return job.why();
  }

  @Override
  public Compiled compile(Traceable function) {
    return new CompiledFunction(devices, function, target);
  }

  /** As in {@code mnist-mlp on cpu (…): 10 epochs, 9380 steps; train_loss 0.03, …}. */
  @Override
  public String toString() {
    var text = new StringBuilder(name);
    text.append(" on ").append(device().id()).append(" (").append(device().name()).append("): ");
    text.append(epochs()).append(epochs() == 1 ? " epoch, " : " epochs, ");
    text.append(steps()).append(" steps");
    if (seconds() > 0) {
      text.append(
          String.format(Locale.ROOT, " in %.1f s, %.0f samples/s", seconds(), samplesPerSecond()));
    }
    var figures =
        outcome.last().entrySet().stream()
            .map(
                figure -> String.format(Locale.ROOT, "%s %.4f", figure.getKey(), figure.getValue()))
            .collect(Collectors.joining(", "));
    text.append(figures.isEmpty() ? "" : "; " + figures);
    folder.ifPresent(path -> text.append("; in ").append(path));
    for (var pin : job.programs().blueprint().pins()) {
      text.append("; pinned by ").append(pin);
    }
    return text.toString();
  }

  @Override
  public synchronized void close() {
    job.close();
  }
}
