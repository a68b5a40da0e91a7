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
  private CursorLine line = new CursorLine();

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

  /**
   * Draws on the cursor's line, whole at a time, so that news can be printed above it. A bar that
   * is closed before its first tick leaves the line without ending it.
   */
  private static final class CursorLine extends ConsoleProgressBarConsumer {
    private boolean ended;

    CursorLine() {
      super(System.err);
    }

    @Override
    public synchronized void close() {
      ended = true;
      super.close();
    }

    synchronized void end() {
      if (!ended) {
        close();
      }
    }
  }

  private void advance(Progress progress) {
    if (bar == null) {
      line = new CursorLine();
      bar =
          new ProgressBarBuilder()
              .setTaskName("epoch " + progress.epoch() + "/" + progress.epochs())
              .setInitialMax(progress.steps())
              .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
              .setUpdateIntervalMillis(100)
              .setConsumer(line)
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
      line.end();
    }
  }
}
