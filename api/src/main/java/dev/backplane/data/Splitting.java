package dev.backplane.data;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * How examples are divided, the same way for the same seed: some held out to validate with, or k
 * folds for cross-validation. Both parts keep the examples' own order.
 *
 * @param seed of the random choice
 * @param stratified whether each class is divided by itself, so that the parts have the classes in
 *     the same shares; for that the first target must be one whole number or truth value
 */
public record Splitting(long seed, boolean stratified) {
  /** By chance. */
  public static Splitting random(long seed) {
    return new Splitting(seed, false);
  }

  /** By chance within each class. */
  public static Splitting stratified(long seed) {
    return new Splitting(seed, true);
  }

  /**
   * Two parts of examples.
   *
   * @param train to learn from
   * @param held to measure with
   */
  public record Split(Examples train, Examples held) {}

  /**
   * Holds out a share of the examples.
   *
   * @param share greater than 0, less than 1; of each class where it is stratified
   * @throws IllegalArgumentException if one of the parts would be empty
   */
  public Split holdOut(Examples examples, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "hold out: expected a share between 0 and 1, found " + share);
    }
    var isHeld = new boolean[examples.size()];
    int held = 0;
    for (var rows : groups(examples)) {
      int count = (int) Math.round(rows.length * share);
      for (int i = 0; i < count; i++) {
        isHeld[rows[i]] = true;
      }
      held += count;
    }
    if (held == 0 || held == examples.size()) {
      throw new IllegalArgumentException(
          "hold out: a share of %s of %d examples leaves %d to train with and %d to measure with"
              .formatted(share, examples.size(), examples.size() - held, held));
    }
    return split(examples, isHeld);
  }

  /**
   * Divides the examples into k parts that differ by at most one example; each split holds out
   * another one and trains with the rest.
   *
   * @param k at least 2, at most the number of examples
   */
  public List<Split> folds(Examples examples, int k) {
    if (k < 2 || k > examples.size()) {
      throw new IllegalArgumentException(
          "folds: expected from 2 to %d, the number of examples, found %d"
              .formatted(examples.size(), k));
    }
    var fold = new int[examples.size()];
    int dealt = 0;
    for (var rows : groups(examples)) {
      for (int row : rows) {
        fold[row] = dealt++ % k;
      }
    }
    var splits = new ArrayList<Split>();
    for (int i = 0; i < k; i++) {
      var isHeld = new boolean[fold.length];
      for (int row = 0; row < fold.length; row++) {
        isHeld[row] = fold[row] == i;
      }
      splits.add(split(examples, isHeld));
    }
    return List.copyOf(splits);
  }

  private static Split split(Examples examples, boolean[] isHeld) {
    var train = new int[isHeld.length];
    var held = new int[isHeld.length];
    int trains = 0;
    int holds = 0;
    for (int row = 0; row < isHeld.length; row++) {
      if (isHeld[row]) {
        held[holds++] = row;
      } else {
        train[trains++] = row;
      }
    }
    return new Split(
        examples.select(Arrays.copyOf(train, trains)), examples.select(Arrays.copyOf(held, holds)));
  }

  /** The rows, shuffled: all of them, or class by class in the order of the labels. */
  private List<int[]> groups(Examples examples) {
    var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L);
    var order = new int[examples.size()];
    Arrays.setAll(order, i -> i);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    if (!stratified) {
      return List.of(order);
    }
    var labels = labels(examples);
    var classes = new TreeMap<Long, List<Integer>>();
    for (int row : order) {
      classes.computeIfAbsent(labels[row], label -> new ArrayList<>()).add(row);
    }
    return classes.values().stream()
        .map(rows -> rows.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  private static long[] labels(Examples examples) {
    var target = examples.targets().isEmpty() ? null : examples.targets().getFirst();
    if (target == null || target.shape().size() != 1 || target.stored().dtype().isFloating()) {
      throw new IllegalArgumentException(
          "stratified: expected one whole number as the first target of an example, found "
              + (target == null ? "no target" : target.stored()));
    }
    int field = examples.inputs().size();
    var rows = new int[examples.size()];
    Arrays.setAll(rows, i -> i);
    int width = target.stored().dtype().bytes();
    var bytes = new byte[Math.multiplyExact(rows.length, width)];
    examples.gather(field, rows, 0, rows.length, MemorySegment.ofArray(bytes));
    var labels = new long[rows.length];
    for (int row = 0; row < labels.length; row++) {
      for (int i = 0; i < width; i++) {
        labels[row] |= (bytes[row * width + i] & 0xffL) << 8 * i;
      }
    }
    return labels;
  }
}
