package dev.backplane.launcher.plots;

import dev.backplane.Run;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.tensor.Literal;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How often each class was taken for each.
 *
 * @param classes the names of the classes, in the order of their labels
 * @param counts a row for each true class, in it a number for each class that was said
 */
public record Confusion(List<String> classes, List<List<Long>> counts) {
  private static final int BATCH = 256;

  /** Copies, and checks that there is a number for each pair of classes. */
  public Confusion {
    classes = List.copyOf(classes);
    counts = counts.stream().map(List::copyOf).toList();
    int size = classes.size();
    if (size < 2 || counts.size() != size || counts.stream().anyMatch(r -> r.size() != size)) {
      throw new IllegalArgumentException(
          "confusion matrix: expected at least two classes and a number for each pair, found "
              + size
              + " classes and rows of "
              + counts.stream().map(List::size).toList());
    }
  }

  /**
   * What a model says of examples. Empty where it is no classifier of these classes: where there
   * are fewer than two, the examples have other than one whole number for a label, or the model
   * gives other than a number for each class, or one number for the second of two.
   */
  public static Optional<Confusion> of(Run run, Examples examples, List<String> classes) {
    int size = classes.size();
    if (size < 2 || examples.size() == 0 || !isLabel(examples.targets())) {
      return Optional.empty();
    }
    var counts = new long[size][size];
    var rows = new int[examples.size()];
    Arrays.setAll(rows, i -> i);
    for (int from = 0; from < rows.length; from += BATCH) {
      int count = Math.min(BATCH, rows.length - from);
      var fields = new ArrayList<Literal>();
      for (int field = 0; field <= examples.inputs().size(); field++) {
        fields.add(batch(examples, field, rows, from, count));
      }
      var labels = fields.removeLast().toDoubles();
      var said = run.predict(fields).getFirst().toDoubles();
      if (said.length != count * size && !(size == 2 && said.length == count)) {
        return Optional.empty();
      }
      for (int i = 0; i < count; i++) {
        int label = (int) labels[i];
        if (label < 0 || label >= size) {
          return Optional.empty();
        }
        counts[label][decided(said, i, said.length / count)]++;
      }
    }
    return Optional.of(
        new Confusion(
            classes,
            Arrays.stream(counts).map(row -> Arrays.stream(row).boxed().toList()).toList()));
  }

  /** How many examples are of a class. */
  public long examples(int label) {
    return counts.get(label).stream().mapToLong(count -> count).sum();
  }

  /** Of what is said to be of a class, the share that is; 0 where nothing is. */
  public double precision(int label) {
    long said = counts.stream().mapToLong(row -> row.get(label)).sum();
    return share(counts.get(label).get(label), said);
  }

  /** Of what is of a class, the share that is said to be; 0 where nothing is. */
  public double recall(int label) {
    return share(counts.get(label).get(label), examples(label));
  }

  /** The harmonic mean of precision and recall, 0 where both are. */
  public double f1(int label) {
    double sum = precision(label) + recall(label);
    return sum == 0 ? 0 : 2 * precision(label) * recall(label) / sum;
  }

  private static double share(long part, long all) {
    return all == 0 ? 0 : part / (double) all;
  }

  private static boolean isLabel(List<Feature> targets) {
    return targets.size() == 1
        && targets.getFirst().shape().size() == 1
        && !targets.getFirst().stored().dtype().isFloating();
  }

  private static Literal batch(Examples examples, int field, int[] rows, int from, int count) {
    var inputs = examples.inputs();
    var feature = field < inputs.size() ? inputs.get(field) : examples.targets().getFirst();
    var type = feature.batch(count);
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]);
    examples.gather(field, rows, from, count, bytes);
    return Literal.copyOf(type, bytes);
  }

  /** The first of the likeliest; of one number alone whether it is more likely than not. */
  private static int decided(double[] said, int example, int width) {
    if (width == 1) {
      return said[example] > 0.5 ? 1 : 0;
    }
    int best = 0;
    for (int i = 1; i < width; i++) {
      if (said[example * width + i] > said[example * width + best]) {
        best = i;
      }
    }
    return best;
  }
}
