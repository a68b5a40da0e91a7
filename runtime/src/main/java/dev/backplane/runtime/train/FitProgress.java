package dev.backplane.runtime.train;

import dev.backplane.Callback;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What callbacks see and do; one for a whole fit. */
final class FitProgress implements Callback.Progress {
  private final int epochs;
  private final int steps;
  private final StepTraining training;
  private int epoch;
  private double samplesPerSecond;
  private Map<String, Double> metrics = Map.of();
  private boolean stopped;

  FitProgress(StepTraining training, int epochs, int steps) {
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
  public void rateFactor(double factor) {
    training.rateFactor(factor);
  }

  @Override
  public void stop() {
    stopped = true;
  }
}
