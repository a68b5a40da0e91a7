package dev.backplane.layers.text;

import java.util.List;
import java.util.function.Function;

/**
 * How many insertions, deletions and substitutions turn hypotheses into their references, over the
 * length of the references (Levenshtein, 1966). 0 is perfect; more than 1 is possible.
 */
public final class ErrorRate {
  private static final Tokenizer WORDS = new WordTokenizer(false, WordTokenizer.Punctuation.KEEP);
  private static final Tokenizer CHARACTERS = new CharacterTokenizer();

  private ErrorRate() {}

  /**
   * The word error rate (WER) of a corpus; words stand between white space, letter case counts.
   *
   * @throws IllegalArgumentException if there are not as many references as hypotheses, or no word
   *     is in the references
   */
  public static double words(List<String> hypotheses, List<String> references) {
    return rate("WER", hypotheses, references, WORDS::tokens);
  }

  /**
   * The character error rate (CER) of a corpus, over code points: spaces count, but for those at
   * the ends.
   *
   * @throws IllegalArgumentException if there are not as many references as hypotheses, or no
   *     character is in the references
   */
  public static double characters(List<String> hypotheses, List<String> references) {
    return rate("CER", hypotheses, references, text -> CHARACTERS.tokens(text.strip()));
  }

  /**
   * The least number of insertions, deletions and substitutions that turn one sequence into the
   * other.
   */
  public static int distance(List<?> from, List<?> to) {
    var previous = new int[to.size() + 1];
    for (int j = 0; j <= to.size(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= from.size(); i++) {
      var current = new int[to.size() + 1];
      current[0] = i;
      for (int j = 1; j <= to.size(); j++) {
        int substituted = previous[j - 1] + (from.get(i - 1).equals(to.get(j - 1)) ? 0 : 1);
        current[j] = Math.min(substituted, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[to.size()];
  }

  private static double rate(
      String name,
      List<String> hypotheses,
      List<String> references,
      Function<String, List<String>> tokens) {
    if (hypotheses.size() != references.size()) {
      throw new IllegalArgumentException(
          "%s: expected as many references as hypotheses, found %d and %d"
              .formatted(name, references.size(), hypotheses.size()));
    }
    long errors = 0;
    long length = 0;
    for (int i = 0; i < references.size(); i++) {
      var reference = tokens.apply(references.get(i));
      errors += distance(tokens.apply(hypotheses.get(i)), reference);
      length += reference.size();
    }
    if (length == 0) {
      throw new IllegalArgumentException(name + ": the references are empty");
    }
    return (double) errors / length;
  }
}
