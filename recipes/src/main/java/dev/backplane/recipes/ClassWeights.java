package dev.backplane.recipes;

import dev.backplane.data.Examples;
import dev.backplane.data.Recipe.Setting;
import dev.backplane.layers.core.loss.ClassWeighted;
import dev.backplane.nn.Loss;
import dev.backplane.recipes.format.MalformedDataException;
import dev.backplane.tensor.Literal;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * By how much the classes of a recipe count.
 *
 * @param balanced whether all count alike, however many examples they have
 * @param given a weight for each class; empty for none
 */
public record ClassWeights(boolean balanced, List<Double> given) {
  /** The setting. */
  public static final Setting SETTING =
      new Setting(
          "class-weights",
          "",
          "balanced, or a number for each class, joined by commas: how much an example counts");

  /** Copies. */
  public ClassWeights {
    given = List.copyOf(given);
  }

  /**
   * What a user says.
   *
   * @throws IllegalArgumentException if it is neither empty, nor "balanced", nor numbers
   */
  static ClassWeights parse(String recipe, String text) {
    if (text.isEmpty() || text.equals("balanced")) {
      return new ClassWeights(!text.isEmpty(), List.of());
    }
    try {
      var numbers = Arrays.stream(text.split(",")).map(String::strip).map(Double::valueOf).toList();
      if (numbers.stream().allMatch(number -> number >= 0 && number < Double.POSITIVE_INFINITY)) {
        return new ClassWeights(false, numbers);
      }
    } catch (NumberFormatException e) {
      throw wrong(recipe, text, e);
    }
    throw wrong(recipe, text, null);
  }

  private static IllegalArgumentException wrong(
      String recipe, String text, @Nullable NumberFormatException cause) {
    return new IllegalArgumentException(
        recipe
            + ": --set class-weights: expected balanced, or a number of 0 or more for each class,"
            + " joined by commas, found \""
            + text
            + "\"",
        cause);
  }

  /**
   * A loss in which the classes count so.
   *
   * @param train whose first target is the label
   * @throws IllegalArgumentException if there is not a number for each class
   * @throws MalformedDataException if a class to be balanced has no example
   */
  public Loss on(Loss loss, Examples train, List<String> classes) {
    if (!balanced && given.isEmpty()) {
      return loss;
    }
    if (balanced) {
      return new ClassWeighted(loss, ClassWeighted.balanced(counts(train, classes)));
    }
    if (given.size() != classes.size()) {
      throw new IllegalArgumentException(
          "--set class-weights: expected a number for each of "
              + classes.size()
              + " classes, "
              + classes
              + ", found "
              + given.size());
    }
    return new ClassWeighted(loss, given);
  }

  private static int[] counts(Examples train, List<String> classes) {
    var rows = new int[train.size()];
    Arrays.setAll(rows, i -> i);
    var type = train.targets().getFirst().batch(rows.length);
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]);
    train.gather(train.inputs().size(), rows, 0, rows.length, bytes);
    var labels = Literal.copyOf(type, bytes);
    var counts = new int[classes.size()];
    for (int i = 0; i < rows.length; i++) {
      counts[(int) labels.longAt(i)]++;
    }
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0) {
        throw new MalformedDataException(
            "training examples",
            "one or more of each class, to balance them",
            "none of \"" + classes.get(i) + "\"");
      }
    }
    return counts;
  }
}
