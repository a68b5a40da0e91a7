package dev.backplane.runtime.train;

import dev.backplane.Callback;
import dev.backplane.Goal;
import dev.backplane.TrainingFailedException;
import dev.backplane.data.Batches;
import dev.backplane.runtime.checkpoint.Checkpoint;
import dev.backplane.runtime.checkpoint.RunFolder;
import dev.backplane.runtime.extension.Foreign;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains epoch by epoch: steps, figures, callbacks, checkpoints. Stops at the boundary of a step
 * when its thread is interrupted or a callback asks for it, and leaves a checkpoint then.
 */
final class Fit {
  /** Callbacks hear of progress, and the loss is looked at, this often. */
  private static final long GLANCE_NANOS = 100_000_000;

  /** Even where steps are so fast that it is not due by time. */
  private static final int GLANCE_STEPS = 1000;

  private final Job job;
  private final Batches train;
  private final Batches test;
  private final int epochs;
  private final List<Callback> callbacks;
  private final Optional<Batches> validation;
  private final Optional<Best> best;
  private final Optional<RunFolder> folder;
  private final Optional<RunEvents> events;
  private final List<Map<String, Double>> history;
  private final StepTraining training;
  private final FitProgress progress;
  private boolean interrupted;
  private long trainingNanos;
  private long samples;
  private long epochNanos;
  private long epochSamples;

  /** What a fit comes to. */
  record Outcome(
      Checkpoint.Position position,
      List<Map<String, Double>> history,
      Map<String, Double> last,
      double seconds,
      long samples) {}

  /** What is measured after each epoch, and by what the best one is kept. */
  record Measuring(Batches test, Optional<Batches> validation, Optional<Goal> best) {}

  Fit(
      Job job,
      Batches train,
      Measuring measuring,
      int epochs,
      List<Callback> callbacks,
      Optional<RunFolder> folder,
      Checkpoint.Position position,
      List<Map<String, Double>> history) {
    this.job = job;
    this.train = train;
    this.test = measuring.test();
    this.validation = measuring.validation();
    this.best = measuring.best().map(goal -> new Best(goal, job, folder));
    this.epochs = epochs;
    this.callbacks = callbacks;
    this.folder = folder;
    this.events = folder.map(f -> new RunEvents(f, position.epochs(), measuring.test().examples()));
    this.history = new ArrayList<>(history);
    training = new StepTraining(job, train, position, epochs);
    var names = names();
    measuring.best().ifPresent(goal -> goal.require(names));
    progress = new FitProgress(training, epochs, train.count(), this.history, names);
  }

  private List<String> names() {
    var names = new ArrayList<String>();
    for (var set : sets().keySet()) {
      job.programs().figures().names().forEach(name -> names.add(set + name));
    }
    return names;
  }

  /** What figures are of, by their prefix; those of training need no examples of their own. */
  private Map<String, Optional<Batches>> sets() {
    var sets = new LinkedHashMap<String, Optional<Batches>>();
    sets.put("train_", Optional.empty());
    validation.ifPresent(batches -> sets.put("validation_", Optional.of(batches)));
    sets.put("test_", Optional.of(test));
    return sets;
  }

  /**
   * Trains to the end, or to where it is stopped.
   *
   * @param interrupted whether its thread was interrupted already
   */
  Outcome run(boolean interrupted) {
    this.interrupted = interrupted;
    try {
      prepare();
      callbacks.forEach(callback -> callback.onStart(progress));
      while (training.position().epochs() < epochs && !ends()) {
        epoch();
      }
      job.settle();
      var position = training.position();
      boolean within = position.step() > 0;
      var last = new LinkedHashMap<String, Double>();
      if (!history.isEmpty()) {
        last.putAll(history.getLast());
      }
      if (within) {
        last.putAll(named("train_", training.metrics()));
        save();
      }
      var bestEpoch = best.flatMap(b -> b.restore(history));
      bestEpoch.ifPresent(
          epoch -> {
            last.clear();
            last.putAll(history.get(epoch - 1));
          });
      return new Outcome(position, List.copyOf(history), last, trainingNanos / 1e9, samples);
    } finally {
      training.release();
      if (this.interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Compiles what the epochs will need, so that no epoch stops to compile. */
  private void prepare() {
    Form.of(train).forEach(job::prepareTraining);
    validation.ifPresent(batches -> Form.of(batches).forEach(job::prepareEvaluation));
    Form.of(test).forEach(job::prepareEvaluation);
  }

  private void epoch() {
    epochNanos = 0;
    epochSamples = 0;
    long since = System.nanoTime();
    long glanced = since;
    int unseen = 0;
    while (training.stepsOfEpoch() < train.count() && !ends()) {
      int from = training.stepsOfEpoch() * train.size();
      training.step();
      epochSamples += Math.min(train.size(), train.examples().size() - from);
      unseen++;
      long now = System.nanoTime();
      if (now - glanced >= GLANCE_NANOS || unseen == GLANCE_STEPS) {
        epochNanos += now - since;
        glance();
        since = System.nanoTime();
        glanced = since;
        unseen = 0;
      }
    }
    job.settle();
    epochNanos += System.nanoTime() - since;
    trainingNanos += epochNanos;
    samples += epochSamples;
    if (training.stepsOfEpoch() == train.count()) {
      endEpoch();
    }
  }

  private boolean ends() {
    interrupted |= Thread.interrupted();
    return interrupted || progress.isStopped();
  }

  /** Looks at the figures so far: the guard against a loss that is not finite, and progress. */
  private void glance() {
    long before = System.nanoTime();
    var figures = named("train_", training.metrics());
    epochNanos += System.nanoTime() - before;
    progress.update(training.position().epochs() + 1, rate(), figures);
    callbacks.forEach(callback -> callback.onProgress(progress));
  }

  private double rate() {
    return epochNanos == 0 ? 0 : epochSamples / (epochNanos / 1e9);
  }

  private void endEpoch() {
    var figures = new LinkedHashMap<String, Double>();
    sets()
        .forEach(
            (prefix, batches) ->
                figures.putAll(
                    named(prefix, batches.map(job::evaluate).orElseGet(training::metrics))));
    history.add(figures);
    progress.update(history.size(), rate(), figures);
    callbacks.forEach(callback -> callback.onEpoch(progress));
    training.nextEpoch();
    best.ifPresent(b -> b.keep(training.position(), history));
    save();
    best.ifPresent(b -> b.forgetOthers(history));
    requireNumbers(figures);
  }

  /** After the checkpoint: what was trained is kept, and the metric can be left out or mended. */
  private void requireNumbers(Map<String, Double> figures) {
    for (var metric : job.programs().blueprint().metrics()) {
      for (var set : sets().keySet()) {
        var figure = figures.get(set + metric.name());
        if (figure != null && figure.isNaN()) {
          throw new TrainingFailedException(
              set
                  + metric.name()
                  + " is not a number after epoch "
                  + history.size()
                  + ": "
                  + Foreign.of(metric)
                  + " divides by nothing, or its state ran over; mend it or train without it");
        }
      }
    }
  }

  private static Map<String, Double> named(String prefix, Map<String, Double> figures) {
    var named = new LinkedHashMap<String, Double>();
    figures.forEach((name, figure) -> named.put(prefix + name, figure));
    return named;
  }

  /** The figures first: after a kill between the two a resume cuts them to the checkpoint. */
  private void save() {
    if (folder.isPresent()) {
      // A channel closes itself under an interrupted thread: the interrupt waits until the end.
      interrupted |= Thread.interrupted();
      folder.get().metrics(history);
      var state = job.state();
      if (training.stepsOfEpoch() == 0) {
        events.ifPresent(e -> e.epoch(history.size(), history.getLast(), state));
      }
      folder.get().save(new Checkpoint(training.position(), history, state));
    }
  }
}
