package dev.backplane.launcher.cli;

import dev.backplane.BackplaneException;
import dev.backplane.Run;
import dev.backplane.data.Dataset;
import dev.backplane.launcher.plots.Confusion;
import dev.backplane.launcher.plots.Plots;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What is drawn into the run folder of a training that came to its end. */
sealed interface RunPlots {
  /** Draws; what cannot be drawn is told, and is no failure: the model is trained. */
  void draw(Run run, Dataset data, Path folder);

  /** Nothing. */
  record None() implements RunPlots {
    @Override
    public void draw(Run run, Dataset data, Path folder) {}
  }

  /**
   * Curves, and the confusion matrix of a classifier, in {@code plots/}.
   *
   * @param err where it is told what could not be drawn
   */
  record Drawn(PrintWriter err) implements RunPlots {
    private static final String HEADLESS = "java.awt.headless";

    @Override
    public void draw(Run run, Dataset data, Path folder) {
      if (System.getProperty(HEADLESS) == null) {
        // Nothing is shown: so no display is looked for, which may be named and not there.
        System.setProperty(HEADLESS, "true");
      }
      var plots = folder.resolve("plots");
      try {
        Plots.curves(run.history(), plots);
        Confusion.of(run, data.test(), data.classes())
            .ifPresent(confusion -> Plots.confusion(confusion, plots));
      } catch (BackplaneException e) {
        err.println("no plots: " + e.getMessage());
      }
    }
  }
}
