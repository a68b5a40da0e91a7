package dev.backplane.layers.text;

import dev.backplane.layers.text.BytePairEncoding.Merge;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Learns merges from counted words. A merge touches only the words that hold its pair; the counts
 * of all other pairs stay.
 */
final class BytePairTraining {
  private final List<List<String>> words = new ArrayList<>();
  private final List<Integer> frequencies = new ArrayList<>();
  private final Map<Merge, Long> counts = new HashMap<>();

  /** The words that hold a pair, or once held it. */
  private final Map<Merge, Set<Integer>> holders = new HashMap<>();

  /**
   * The most frequent pair first. Counts here may be older than {@link #counts}: an entry that is
   * polled with an old count goes back with the new one.
   */
  private final PriorityQueue<Candidate> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Candidate::count)
              .reversed()
              .thenComparing(candidate -> candidate.pair().left())
              .thenComparing(candidate -> candidate.pair().right()));

  private record Candidate(Merge pair, long count) {}

  BytePairTraining(Map<String, Integer> counted) {
    counted.forEach(
        (word, frequency) -> {
          words.add(BytePairEncoding.characters(word));
          frequencies.add(frequency);
          count(words.size() - 1, 1);
        });
    counts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
  }

  List<Merge> merges(int most) {
    var merges = new ArrayList<Merge>();
    while (merges.size() < most) {
      var candidate = queue.poll();
      if (candidate == null) {
        break;
      }
      long count = counts.getOrDefault(candidate.pair(), 0L);
      if (count != candidate.count()) {
        if (count < candidate.count()) {
          queue.add(new Candidate(candidate.pair(), count));
        }
        continue;
      }
      if (count < 2) {
        break;
      }
      merge(candidate.pair());
      merges.add(candidate.pair());
    }
    return merges;
  }

  private void merge(Merge pair) {
    var changed = new HashSet<Merge>();
    for (int word : List.copyOf(holders.getOrDefault(pair, Set.of()))) {
      count(word, -1);
      words.set(word, BytePairEncoding.merged(words.get(word), pair));
      count(word, 1);
      for (int i = 0; i + 1 < words.get(word).size(); i++) {
        changed.add(pair(word, i));
      }
    }
    for (var grown : changed) {
      queue.add(new Candidate(grown, counts.getOrDefault(grown, 0L)));
    }
  }

  private void count(int word, int sign) {
    for (int i = 0; i + 1 < words.get(word).size(); i++) {
      var pair = pair(word, i);
      counts.merge(pair, (long) sign * frequencies.get(word), Long::sum);
      if (sign > 0) {
        holders.computeIfAbsent(pair, none -> new HashSet<>()).add(word);
      }
    }
  }

  private Merge pair(int word, int at) {
    return new Merge(words.get(word).get(at), words.get(word).get(at + 1));
  }
}
