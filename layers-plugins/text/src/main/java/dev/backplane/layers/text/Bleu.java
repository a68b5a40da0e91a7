package dev.backplane.layers.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Corpus BLEU (Papineni, Roukos, Ward and Zhu, <em>BLEU: a Method for Automatic Evaluation of
 * Machine Translation</em>, 2002) of up to four words, as sacreBLEU defines its defaults (Post,
 * <em>A Call for Clarity in Reporting BLEU Scores</em>, 2018): letter case kept, tokens of
 * mteval-v13a, exponential smoothing of precisions that are 0, of several references the nearest
 * length.
 */
public final class Bleu {
  /** The longest sequence of words that is compared. */
  public static final int ORDER = 4;

  /** How hypotheses and references are cut. */
  public enum Tokenization {
    /** As mteval-v13a cuts: punctuation and symbols apart from words. sacreBLEU's default. */
    V13A,
    /** Every character but white space: for Chinese and the like. sacreBLEU's {@code char}. */
    CHARACTERS,
    /** At white space alone. sacreBLEU's {@code none}. */
    NONE
  }

  /**
   * A score and what it is made of.
   *
   * @param value the score, 0 to 100
   * @param precisions of sequences of 1 to 4 words, smoothed, 0 to 100
   * @param brevityPenalty what the score is multiplied by, 1 where the hypotheses are long enough
   * @param hypothesisLength words of all hypotheses
   * @param referenceLength words of the nearest references
   */
  public record Score(
      double value,
      List<Double> precisions,
      double brevityPenalty,
      long hypothesisLength,
      long referenceLength) {
    /** Copies the list. */
    public Score {
      precisions = List.copyOf(precisions);
    }
  }

  private static final Pattern SYMBOLS = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
  private static final Pattern POINT_NOT_AFTER_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_NOT_BEFORE_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private Bleu() {}

  /**
   * The score of a corpus with one reference for each hypothesis.
   *
   * @throws IllegalArgumentException if there are not as many references as hypotheses, or none
   */
  public static Score corpus(
      List<String> hypotheses, List<String> references, Tokenization tokenization) {
    return corpusOfSeveral(hypotheses, references.stream().map(List::of).toList(), tokenization);
  }

  /**
   * The score of a corpus with several references for each hypothesis.
   *
   * @param references one list for each hypothesis
   * @throws IllegalArgumentException if there are not as many lists as hypotheses, there are none,
   *     or a list is empty
   */
  public static Score corpusOfSeveral(
      List<String> hypotheses, List<List<String>> references, Tokenization tokenization) {
    if (hypotheses.isEmpty() || hypotheses.size() != references.size()) {
      throw new IllegalArgumentException(
          "BLEU: expected as many references as hypotheses, one or more; found %d and %d"
              .formatted(references.size(), hypotheses.size()));
    }
    var matches = new long[ORDER];
    var totals = new long[ORDER];
    long hypothesisLength = 0;
    long referenceLength = 0;
    for (int i = 0; i < hypotheses.size(); i++) {
      var hypothesis = words(hypotheses.get(i), tokenization);
      var wanted = references.get(i).stream().map(text -> words(text, tokenization)).toList();
      if (wanted.isEmpty()) {
        throw new IllegalArgumentException("BLEU: hypothesis " + i + " has no reference");
      }
      hypothesisLength += hypothesis.size();
      referenceLength += nearest(hypothesis.size(), wanted);
      for (int n = 1; n <= ORDER; n++) {
        matches[n - 1] += matches(hypothesis, wanted, n);
        totals[n - 1] += Math.max(0, hypothesis.size() - n + 1);
      }
    }
    return score(matches, totals, hypothesisLength, referenceLength);
  }

  private static Score score(long[] matches, long[] totals, long length, long referenceLength) {
    var precisions = new ArrayList<>(Collections.nCopies(ORDER, 0.0));
    double penalty =
        length >= referenceLength
            ? 1
            : length == 0 ? 0 : Math.exp(1 - (double) referenceLength / length);
    if (matches[0] == 0) {
      return new Score(0, precisions, penalty, length, referenceLength);
    }
    double smoothing = 1;
    double logarithms = 0;
    for (int n = 0; n < ORDER; n++) {
      if (totals[n] == 0) {
        return new Score(0, precisions, penalty, length, referenceLength);
      }
      if (matches[n] == 0) {
        smoothing *= 2;
        precisions.set(n, 100 / (smoothing * totals[n]));
      } else {
        precisions.set(n, 100.0 * matches[n] / totals[n]);
      }
      logarithms += Math.log(precisions.get(n));
    }
    return new Score(
        penalty * Math.exp(logarithms / ORDER), precisions, penalty, length, referenceLength);
  }

  /** Sequences of n words that hypothesis and references share, each as often as both have it. */
  private static long matches(List<String> hypothesis, List<List<String>> references, int n) {
    Map<List<String>, Integer> allowed = new HashMap<>();
    for (var reference : references) {
      counts(reference, n).forEach((words, count) -> allowed.merge(words, count, Math::max));
    }
    long matches = 0;
    for (var entry : counts(hypothesis, n).entrySet()) {
      matches += Math.min(entry.getValue(), allowed.getOrDefault(entry.getKey(), 0));
    }
    return matches;
  }

  private static Map<List<String>, Integer> counts(List<String> words, int n) {
    var counts = new HashMap<List<String>, Integer>();
    for (int i = 0; i + n <= words.size(); i++) {
      counts.merge(words.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  /** The length nearest to the hypothesis'; of two equally near ones the shorter. */
  private static int nearest(int length, List<List<String>> references) {
    int nearest = references.getFirst().size();
    for (var reference : references) {
      int size = reference.size();
      int distance = Math.abs(size - length);
      int least = Math.abs(nearest - length);
      if (distance < least || distance == least && size < nearest) {
        nearest = size;
      }
    }
    return nearest;
  }

  /** The words of a text. */
  static List<String> words(String text, Tokenization tokenization) {
    return switch (tokenization) {
      case V13A -> split(v13a(text.stripTrailing()));
      case CHARACTERS ->
          SPACE.matcher(text).replaceAll("").codePoints().mapToObj(Character::toString).toList();
      case NONE -> split(text);
    };
  }

  private static String v13a(String text) {
    var line =
        " "
            + text.replace("<skipped>", "")
                .replace("-\n", "")
                .replace('\n', ' ')
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
            + " ";
    line = SYMBOLS.matcher(line).replaceAll(" $1 ");
    line = POINT_NOT_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
    line = POINT_NOT_BEFORE_DIGIT.matcher(line).replaceAll(" $1 $2");
    return DASH_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
  }

  private static List<String> split(String line) {
    return List.of(SPACE.split(line)).stream().filter(word -> !word.isEmpty()).toList();
  }
}
