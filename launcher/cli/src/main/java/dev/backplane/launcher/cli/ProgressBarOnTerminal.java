package dev.backplane.launcher.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * One bar over the whole training, with loss, metrics, speed and the time left; a line per epoch.
 */
final class ProgressBarOnTerminal implements ProgressDisplay {
  private @Nullable ProgressBar bar;

  @Override
  public void onStart(Progress progress) {
    bar =
        new ProgressBarBuilder()
            .setTaskName("training")
            .setInitialMax((long) progress.epochs() * progress.steps())
            .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
            .setUpdateIntervalMillis(100)
            .clearDisplayOnFinish()
            .build();
    advance(progress);
  }

  @Override
  public void onProgress(Progress progress) {
    advance(progress);
  }

  @Override
  public void onEpoch(Progress progress) {
    advance(progress);
    System.err.printf(
        "\r\033[Kepoch %d/%d  %s  %s%n",
        progress.epoch(),
        progress.epochs(),
        ProgressDisplay.text(progress.metrics()),
        ProgressDisplay.rate(progress.samplesPerSecond()));
  }

  private void advance(Progress progress) {
    if (bar == null) {
      return;
    }
    bar.stepTo((long) (progress.epoch() - 1) * progress.steps() + progress.step());
    bar.setExtraMessage(
        " epoch "
            + progress.epoch()
            + "/"
            + progress.epochs()
            + "  "
            + ProgressDisplay.text(progress.metrics())
            + "  "
            + ProgressDisplay.rate(progress.samplesPerSecond()));
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
