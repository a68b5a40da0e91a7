package dev.backplane.launcher.cli;

import dev.backplane.Callback;

/** Ends a training at the next opportunity after somebody asked for it. */
final class StopWhenAsked implements Callback, Interruptible.Ask {
  private volatile boolean training;
  private volatile boolean asked;

  /** From now on the work ends by itself when it is asked to. */
  void trainingBegins() {
    training = true;
  }

  boolean isAsked() {
    return asked;
  }

  @Override
  public boolean toStop() {
    asked = true;
    return training;
  }

  @Override
  public void onStart(Progress progress) {
    stopIfAsked(progress);
  }

  @Override
  public void onProgress(Progress progress) {
    stopIfAsked(progress);
  }

  @Override
  public void onEpoch(Progress progress) {
    stopIfAsked(progress);
  }

  private void stopIfAsked(Progress progress) {
    if (asked) {
      progress.stop();
    }
  }
}
