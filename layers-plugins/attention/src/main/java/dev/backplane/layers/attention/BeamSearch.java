package dev.backplane.layers.attention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Looks for the most likely sequence of ids, keeping several at a time; with one, it takes the most
 * likely id each time (greedy). Sequences that have ended are compared by their logarithmic
 * probability divided by ((5 + length) / 6)^lengthPenalty (Wu et al., 2016); the search is over
 * when none that goes on can come to more than the best of them.
 *
 * @param begin the id that a sequence begins with
 * @param end the id that ends it
 * @param longest how many ids a sequence has at most, without begin and end
 * @param beams how many sequences are kept for each that is sought
 * @param lengthPenalty 0 for none; larger ones favour longer sequences
 */
public record BeamSearch(int begin, int end, int longest, int beams, double lengthPenalty) {
  private static final String NAME = "BeamSearch";

  /** Checks the numbers. */
  public BeamSearch {
    Sequences.atLeastOne(NAME, "longest", longest);
    Sequences.atLeastOne(NAME, "beams", beams);
    if (begin < 0 || end < 0) {
      throw new IllegalArgumentException(
          NAME + " begin and end: expected ids of 0 or more, found " + begin + " and " + end);
    }
    if (!(lengthPenalty >= 0 && lengthPenalty < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          NAME + " lengthPenalty: expected 0 or more, found " + lengthPenalty);
    }
  }

  /** One sequence at a time. */
  public static BeamSearch greedy(int begin, int end, int longest) {
    return new BeamSearch(begin, end, longest, 1, 0);
  }

  /** A sequence so far: its ids, begin left out, and their logarithmic probability. */
  private record Hypothesis(int[] ids, double probability) {
    Hypothesis with(int id, double logProbability) {
      var more = Arrays.copyOf(ids, ids.length + 1);
      more[ids.length] = id;
      return new Hypothesis(more, probability + logProbability);
    }
  }

  /** A way to go on: the row it goes on from, the next id, the probability of all. */
  private record Step(int row, int id, double logProbability, double probability) {}

  /** What is looked for in one place: sequences that go on, and those that have ended. */
  private static final class Sought {
    private final List<Hypothesis> open = new ArrayList<>();
    private final List<Hypothesis> ended = new ArrayList<>();
  }

  /**
   * Decodes so many sequences side by side. The model sees {@code count · beams} rows, those of one
   * sequence next to each other.
   *
   * @return the ids of each, without begin and end; one that has not ended is as long as allowed
   */
  public List<int[]> decode(NextId model, int count) {
    var all = new ArrayList<Sought>();
    for (int i = 0; i < count; i++) {
      var sought = new Sought();
      sought.open.add(new Hypothesis(new int[0], 0));
      all.add(sought);
    }
    var ids = new int[count * beams];
    Arrays.fill(ids, begin);
    var parents = new int[ids.length];
    Arrays.setAll(parents, row -> row);
    for (int step = 0; step < longest && all.stream().anyMatch(this::goesOn); step++) {
      var logits = model.logits(ids, parents);
      for (int i = 0; i < count; i++) {
        advance(all.get(i), i * beams, logits, ids, parents);
      }
    }
    return all.stream().map(this::best).toList();
  }

  private boolean goesOn(Sought sought) {
    return !sought.open.isEmpty();
  }

  /** One more id for the sequences of one place, whose rows begin at {@code first}. */
  private void advance(Sought sought, int first, float[][] logits, int[] ids, int[] parents) {
    var steps = new ArrayList<Step>();
    for (int k = 0; k < sought.open.size(); k++) {
      likely(steps, first + k, logits[first + k], sought.open.get(k).probability());
    }
    steps.sort(Comparator.comparingDouble(Step::probability).reversed());
    var next = new ArrayList<Hypothesis>();
    Arrays.fill(ids, first, first + beams, end);
    for (int k = 0; k < beams; k++) {
      parents[first + k] = first + k;
    }
    for (var step : steps) {
      // What ends counts only among the best: behind as many as go on, an end is no candidate.
      if (next.size() == beams) {
        break;
      }
      var before = sought.open.get(step.row() - first);
      if (step.id() == end) {
        sought.ended.add(new Hypothesis(before.ids(), step.probability()));
      } else {
        ids[first + next.size()] = step.id();
        parents[first + next.size()] = step.row();
        next.add(before.with(step.id(), step.logProbability()));
      }
    }
    sought.open.clear();
    double reached =
        sought.ended.stream().mapToDouble(this::score).max().orElse(Double.NEGATIVE_INFINITY);
    if (next.stream().anyMatch(open -> highest(open) > reached)) {
      sought.open.addAll(next);
    }
  }

  /** The most likely ids of a row, one more than there are beams: one of them may be the end. */
  private void likely(List<Step> steps, int row, float[] logits, double probability) {
    double maximum = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      maximum = Math.max(maximum, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - maximum);
    }
    double shift = maximum + Math.log(sum);
    for (int id : largest(logits, Math.min(beams + 1, logits.length))) {
      double logProbability = logits[id] - shift;
      steps.add(new Step(row, id, logProbability, probability + logProbability));
    }
  }

  /** The places of the largest numbers, the largest first, of equals the first. */
  private static int[] largest(float[] numbers, int count) {
    var places = new int[count];
    int found = 0;
    for (int i = 0; i < numbers.length; i++) {
      int at = found;
      while (at > 0 && numbers[i] > numbers[places[at - 1]]) {
        at--;
      }
      if (at < count) {
        found = Math.min(found + 1, count);
        System.arraycopy(places, at, places, at + 1, found - 1 - at);
        places[at] = i;
      }
    }
    return places;
  }

  private int[] best(Sought sought) {
    var among = sought.ended.isEmpty() ? sought.open : sought.ended;
    return among.stream().max(Comparator.comparingDouble(this::score)).orElseThrow().ids();
  }

  /** A bound on the score of whatever a sequence may become: it can only get less likely. */
  private double highest(Hypothesis open) {
    return open.probability() / Math.pow((5.0 + longest + 1) / 6, lengthPenalty);
  }

  private double score(Hypothesis hypothesis) {
    // The end is an id too: a sequence that has ended at once has a length of 1.
    double length = hypothesis.ids().length + 1;
    return hypothesis.probability() / Math.pow((5 + length) / 6, lengthPenalty);
  }
}
