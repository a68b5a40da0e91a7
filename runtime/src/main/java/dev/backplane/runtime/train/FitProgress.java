package dev.backplane.runtime.train;

import dev.backplane.Callback;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What callbacks see and do; one for a whole fit. */
final class FitProgress implements Callback.Progress {
  private final int epochs;
  private final int steps;
  private final StepTraining training;
  private final List<Map<String, Double>> history;
  private final List<String> figures;
  private int epoch;
  private double samplesPerSecond;
  private Map<String, Double> metrics = Map.of();
  private boolean stopped;

  /**
   * The progress of a fit.
   *
   * @param history grows with each epoch
   * @param figures what each epoch is measured by
   */
  FitProgress(
      StepTraining training,
      int epochs,
      int steps,
      List<Map<String, Double>> history,
      List<String> figures) {
    this.history = Collections.unmodifiableList(history);
    this.figures = List.copyOf(figures);
    this.training = training;
    this.epochs = epochs;
    this.steps = steps;
    epoch = Math.min(epochs, training.position().epochs() + 1);
  }

  void update(int epoch, double samplesPerSecond, Map<String, Double> metrics) {
    this.epoch = epoch;
    this.samplesPerSecond = samplesPerSecond;
    this.metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  boolean isStopped() {
    return stopped;
  }

  @Override
  public int epoch() {
    return epoch;
  }

  @Override
  public int epochs() {
    return epochs;
  }

  @Override
  public int step() {
    return training.stepsOfEpoch();
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public double samplesPerSecond() {
    return samplesPerSecond;
  }

  @Override
  public Map<String, Double> metrics() {
    return metrics;
  }

  @Override
  public List<Map<String, Double>> history() {
    return history;
  }

  @Override
  public List<String> figures() {
    return figures;
  }

  @Override
  public void rateFactor(double factor) {
    training.rateFactor(factor);
  }

  @Override
  public void stop() {
    stopped = true;
  }
}
