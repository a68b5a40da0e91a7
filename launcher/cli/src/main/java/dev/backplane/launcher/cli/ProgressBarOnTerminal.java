package dev.backplane.launcher.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * A bar for each epoch, with loss, metrics, speed and the time left; the full bar stays as the
 * epoch's line. Nothing else is printed while a bar is drawn: two writers on one line would garble
 * it; but for whole lines that begin where the bar begins, see PluginNews.
 */
final class ProgressBarOnTerminal implements ProgressDisplay {
  private @Nullable ProgressBar bar;

  @Override
  public void onStart(Progress progress) {
    advance(progress);
  }

  @Override
  public void onProgress(Progress progress) {
    advance(progress);
  }

  @Override
  public void onEpoch(Progress progress) {
    advance(progress);
    close();
  }

  private void advance(Progress progress) {
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("epoch " + progress.epoch() + "/" + progress.epochs())
              .setInitialMax(progress.steps())
              .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
              .setUpdateIntervalMillis(100)
              // Draws on the cursor's line, whole at a time: news can be printed above it.
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .build();
    }
    bar.stepTo(progress.step());
    bar.setExtraMessage(
        " "
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
