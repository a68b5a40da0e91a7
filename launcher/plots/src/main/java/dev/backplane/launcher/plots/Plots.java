package dev.backplane.launcher.plots;

import dev.backplane.BackplaneException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Draws PNG files into a folder, which is made if need be; files of the same name are replaced,
 * each as a whole.
 */
public final class Plots {
  /** From which examples a figure comes: how its name begins. */
  static final List<String> SETS = List.of("train_", "validation_", "test_");

  private interface Drawing {
    void into(Path file) throws IOException;
  }

  private Plots() {}

  /**
   * The curves of a training, a picture for each figure: {@code loss.png} shows {@code train_loss},
   * {@code validation_loss} and {@code test_loss} over the epochs, as far as they were measured.
   * What is no finite number is left out.
   *
   * @param history the figures of each epoch, as {@link dev.backplane.Run#history} gives them
   * @return the files, none where no epoch has ended
   * @throws PlotsUnavailableException if this JVM cannot draw
   * @throws BackplaneException if a file cannot be written
   */
  public static List<Path> curves(List<Map<String, Double>> history, Path folder) {
    var files = new ArrayList<Path>();
    for (var figure : figures(history)) {
      var file = folder.resolve(figure.replaceAll("[^A-Za-z0-9._-]", "_") + ".png");
      draw(file, target -> Curves.draw(figure, history, target));
      files.add(file);
    }
    return List.copyOf(files);
  }

  /**
   * The matrix as {@code confusion_matrix.png}: a row for each true class, a column for what was
   * said.
   *
   * @throws PlotsUnavailableException if this JVM cannot draw
   * @throws BackplaneException if the file cannot be written
   */
  public static Path confusion(Confusion confusion, Path folder) {
    var file = folder.resolve("confusion_matrix.png");
    draw(file, target -> Matrix.draw(confusion, target));
    return file;
  }

  /** The figures without their sets, in the order of the first epoch. */
  private static Set<String> figures(List<Map<String, Double>> history) {
    var figures = new LinkedHashSet<String>();
    for (var epoch : history) {
      for (var name : epoch.keySet()) {
        for (var set : SETS) {
          if (name.startsWith(set) && name.length() > set.length()) {
            figures.add(name.substring(set.length()));
          }
        }
      }
    }
    return figures;
  }

  /**
   * What is missing shows itself in many ways: as classes that are not there or could not be
   * initialized, as an {@code InternalError} of the font manager or an {@code AWTError} of the
   * toolkit. Both of the latter are caught by their common class.
   */
  private static void draw(Path file, Drawing drawing) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      drawing.into(file);
    } catch (IOException e) {
      throw new BackplaneException(file + " cannot be written: " + e, e);
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      throw new PlotsUnavailableException(
          file
              + " cannot be drawn by this JVM: it needs the module java.desktop and a font (on"
              + " Debian the packages fontconfig and fonts-dejavu-core); found "
              + e,
          e);
    }
  }
}
