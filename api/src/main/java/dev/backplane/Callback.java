package dev.backplane;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/** Is told of a training's progress, on the training thread. */
@ConsumerType
public interface Callback {
  /** Compilation has ended, the first step is next. */
  default void onStart(Progress progress) {}

  /** About ten times a second; not at every step. */
  default void onProgress(Progress progress) {}

  /** An epoch has ended and was measured. */
  default void onEpoch(Progress progress) {}

  /** How far a training is, and the means to influence it. */
  @ProviderType
  interface Progress {
    /** The current epoch, from 1. */
    int epoch();

    /** Epochs in all. */
    int epochs();

    /** Steps made within the epoch. */
    int step();

    /** Steps of an epoch. */
    int steps();

    /** Examples per second since the start of the epoch. */
    double samplesPerSecond();

    /**
     * Loss and metrics so far: {@code train_loss} …; at the end of an epoch also {@code test_loss}
     * …, and with {@link Trainer#validation} {@code validation_loss} …
     */
    Map<String, Double> metrics();

    /** The figures of the epochs that have ended, those before a resume included. */
    List<Map<String, Double>> history();

    /** The names of the figures that an epoch has at its end. */
    List<String> figures();

    /** The factor on the learning rate from the next step on. */
    void rateFactor(double factor);

    /** Ends the training after this step; a checkpoint is written where there is a run folder. */
    void stop();
  }
}
