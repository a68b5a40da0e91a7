package dev.backplane.layers.audio.ctc;

import dev.backplane.tensor.Literal;
import dev.backplane.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From the probabilities [frames, classes] of one example to its labels.
 *
 * @param blank the class that stands for no label
 */
public record CtcDecoder(int blank) {
  /** Checks the blank. */
  public CtcDecoder {
    if (blank < 0) {
      throw new IllegalArgumentException("CtcDecoder blank: expected 0 or more, found " + blank);
    }
  }

  /**
   * Labels, and how likely they are.
   *
   * @param labels in their order
   * @param logProbability ln of the probability of all alignments that were followed
   */
  public record Transcript(List<Integer> labels, double logProbability) {
    /** Copies the labels. */
    public Transcript {
      labels = List.copyOf(labels);
    }
  }

  /**
   * The likeliest class of each frame, repetitions and blanks left out.
   *
   * @param frames how many frames count
   */
  public List<Integer> greedy(Literal probabilities, int frames) {
    var table = table(probabilities, frames);
    var labels = new ArrayList<Integer>();
    int before = blank;
    for (var frame : table) {
      int best = 0;
      for (int c = 1; c < frame.length; c++) {
        best = frame[c] > frame[best] ? c : best;
      }
      if (best != blank && best != before) {
        labels.add(best);
      }
      before = best;
    }
    return labels;
  }

  /**
   * Prefix beam search (Hannun et al., 2014, without language model): follows the likeliest
   * beginnings, each with the probability of all its alignments.
   *
   * @param frames how many frames count
   * @param width how many beginnings are followed, 1 or more
   * @return at most {@code width} transcripts, the likeliest first
   */
  public List<Transcript> beam(Literal probabilities, int frames, int width) {
    if (width < 1) {
      throw new IllegalArgumentException("beam width: expected 1 or more, found " + width);
    }
    Map<List<Integer>, Ending> beam = Map.of(List.of(), new Ending(0, IMPOSSIBLE));
    for (var frame : table(probabilities, frames)) {
      beam = likeliest(step(beam, frame), width);
    }
    return beam.entrySet().stream()
        .map(entry -> new Transcript(entry.getKey(), entry.getValue().total()))
        .toList();
  }

  private static final double IMPOSSIBLE = Double.NEGATIVE_INFINITY;

  /** ln of the probability of a prefix's alignments that end in a blank, and in its last label. */
  private record Ending(double inBlank, double inLabel) {
    double total() {
      return sum(inBlank, inLabel);
    }

    Ending or(Ending other) {
      return new Ending(sum(inBlank, other.inBlank), sum(inLabel, other.inLabel));
    }
  }

  private Map<List<Integer>, Ending> step(Map<List<Integer>, Ending> beam, double[] frame) {
    var next = new LinkedHashMap<List<Integer>, Ending>();
    beam.forEach(
        (prefix, ending) -> {
          int last = prefix.isEmpty() ? blank : prefix.getLast();
          double repeated = last == blank ? IMPOSSIBLE : ending.inLabel() + Math.log(frame[last]);
          var kept = new Ending(ending.total() + Math.log(frame[blank]), repeated);
          next.merge(prefix, kept, Ending::or);
          for (int c = 0; c < frame.length; c++) {
            if (c == blank || frame[c] == 0) {
              continue;
            }
            var longer = new ArrayList<>(prefix);
            longer.add(c);
            // The same label again needs a blank between.
            double before = c == last ? ending.inBlank() : ending.total();
            next.merge(longer, new Ending(IMPOSSIBLE, before + Math.log(frame[c])), Ending::or);
          }
        });
    return next;
  }

  private static Map<List<Integer>, Ending> likeliest(Map<List<Integer>, Ending> beam, int width) {
    var kept = new LinkedHashMap<List<Integer>, Ending>();
    beam.entrySet().stream()
        .filter(entry -> entry.getValue().total() > IMPOSSIBLE)
        .sorted(Comparator.comparingDouble(entry -> -entry.getValue().total()))
        .limit(width)
        .forEach(entry -> kept.put(entry.getKey(), entry.getValue()));
    return kept;
  }

  private static double sum(double x, double y) {
    double most = Math.max(x, y);
    return most == IMPOSSIBLE
        ? IMPOSSIBLE
        : most + Math.log(Math.exp(x - most) + Math.exp(y - most));
  }

  private double[][] table(Literal probabilities, int frames) {
    var shape = probabilities.type().shape();
    if (shape.rank() != 2 || blank >= shape.last() || frames < 0 || frames > shape.dimension(0)) {
      throw new ShapeException(
          "CtcDecoder: expected probabilities of %d or more frames and a blank %d among the classes, found %s"
              .formatted(frames, blank, probabilities.type()));
    }
    int classes = shape.last();
    var values = probabilities.toDoubles();
    var table = new double[frames][classes];
    for (int t = 0; t < frames; t++) {
      System.arraycopy(values, t * classes, table[t], 0, classes);
    }
    return table;
  }
}
