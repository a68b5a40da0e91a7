package dev.backplane.layers.text;

import dev.backplane.io.MalformedModelException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Byte-pair encoding (Sennrich, Haddow and Birch, <em>Neural Machine Translation of Rare Words with
 * Subword Units</em>, 2016) over code points: pieces of words, longer where they are frequent.
 *
 * <p>A text is cut into words of letters, of digits, of other characters, and placeholders such as
 * {@code {name}}; pairs are merged within words only. The space before a word is part of it,
 * written {@code ▁} as SentencePiece does, so that {@link #text} gives the text back, but for runs
 * of white space, which become one space. A character that training has not seen stays a token of
 * its own.
 *
 * <p>The file form is UTF-8: the line {@code backplane byte pairs 1}, then a merge a line, in the
 * order they are applied: the two pieces with a space between.
 */
public final class BytePairEncoding implements Tokenizer {
  private static final String HEADER = "backplane byte pairs 1";
  private static final String SPACE = "▁";
  private static final Pattern WORDS =
      Pattern.compile(
          "▁?\\{[^{}▁]*}|▁?\\p{L}[\\p{L}\\p{M}]*|▁?\\p{N}+|▁?[^▁\\p{L}\\p{N}{]+|▁?\\{|▁");
  private static final Pattern WHITE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private final List<Merge> merges;
  private final Map<Merge, Integer> ranks;

  /**
   * Two pieces that become one.
   *
   * @param left the first piece
   * @param right the piece behind it
   */
  public record Merge(String left, String right) {
    /** The piece they make. */
    public String joined() {
      return left + right;
    }
  }

  private BytePairEncoding(List<Merge> merges, Map<Merge, Integer> ranks) {
    this.merges = merges;
    this.ranks = ranks;
  }

  /**
   * An encoding of known merges.
   *
   * @throws IllegalArgumentException if a merge stands twice, or needs a piece that no earlier one
   *     makes
   */
  public static BytePairEncoding of(List<Merge> merges) {
    var made = new HashSet<String>();
    var ranks = new HashMap<Merge, Integer>();
    for (int rank = 0; rank < merges.size(); rank++) {
      var merge = merges.get(rank);
      for (var piece : List.of(merge.left(), merge.right())) {
        if (piece.codePointCount(0, piece.length()) != 1 && !made.contains(piece)) {
          throw new IllegalArgumentException(
              "byte pairs: merge %d needs the piece \"%s\", which no earlier merge makes"
                  .formatted(rank + 1, piece));
        }
      }
      var earlier = ranks.putIfAbsent(merge, rank);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "byte pairs: merge %d is merge %d once more: \"%s %s\""
                .formatted(rank + 1, earlier + 1, merge.left(), merge.right()));
      }
      made.add(merge.joined());
    }
    return new BytePairEncoding(List.copyOf(merges), Map.copyOf(ranks));
  }

  /**
   * Learns merges: again and again the most frequent pair, of equally frequent ones the lesser in
   * the order of {@link String#compareTo}, left piece first. The same texts in any order give the
   * same merges.
   *
   * @param texts of the training examples alone
   * @param most how many merges; fewer are learnt where no pair occurs twice any more
   * @throws IllegalArgumentException if the texts hold no words
   */
  public static BytePairEncoding train(Stream<String> texts, int most) {
    var counts = new HashMap<String, Integer>();
    texts.forEach(text -> words(text).forEach(word -> counts.merge(word, 1, Integer::sum)));
    if (counts.isEmpty()) {
      throw new IllegalArgumentException("byte pairs: there are no words to learn from");
    }
    return of(new BytePairTraining(counts).merges(most));
  }

  /**
   * Reads the file form.
   *
   * @throws MalformedModelException if it is no list of merges, naming the line
   * @throws IOException if the file cannot be read
   */
  public static BytePairEncoding read(Path file) throws IOException {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new MalformedModelException(file.toString(), "bytes that are no UTF-8", "UTF-8", e);
    }
  }

  /**
   * Reads the file form from a text.
   *
   * @param where what to call it in messages
   * @throws MalformedModelException if it is no list of merges, naming the line
   */
  public static BytePairEncoding parse(String where, String text) {
    var lines = text.split("\n", -1);
    if (!lines[0].equals(HEADER)) {
      throw new MalformedModelException(
          where, "the first line is \"" + lines[0] + "\"", "\"" + HEADER + "\"");
    }
    if (!lines[lines.length - 1].isEmpty()) {
      throw new MalformedModelException(
          where, "the last line does not end: it may be cut short", "a line feed at the end");
    }
    var merges = new ArrayList<Merge>();
    for (int i = 1; i < lines.length - 1; i++) {
      var pieces = lines[i].split(" ", -1);
      if (pieces.length != 2 || pieces[0].isEmpty() || pieces[1].isEmpty()) {
        throw new MalformedModelException(
            where + " line " + (i + 1), "\"" + lines[i] + "\"", "two pieces, a space between");
      }
      merges.add(new Merge(pieces[0], pieces[1]));
    }
    try {
      return of(merges);
    } catch (IllegalArgumentException e) {
      throw new MalformedModelException(
          where, String.valueOf(e.getMessage()), "merges in the order they were learnt", e);
    }
  }

  /** Writes the file form. */
  public void write(Path file) throws IOException {
    Files.writeString(file, text(), StandardCharsets.UTF_8);
  }

  /** The file form. */
  public String text() {
    var text = new StringBuilder(HEADER).append('\n');
    for (var merge : merges) {
      text.append(merge.left()).append(' ').append(merge.right()).append('\n');
    }
    return text.toString();
  }

  /** The merges, in the order they are applied. */
  public List<Merge> merges() {
    return merges;
  }

  @Override
  public List<String> tokens(String text) {
    var tokens = new ArrayList<String>();
    for (var word : words(text)) {
      tokens.addAll(pieces(word));
    }
    return tokens;
  }

  @Override
  public String text(List<String> tokens) {
    return String.join("", tokens).replace(SPACE, " ").strip();
  }

  /** The words within which pairs are merged. */
  private static List<String> words(String text) {
    var stripped = WHITE.matcher(text).replaceAll(" ").strip();
    if (stripped.isEmpty()) {
      return List.of();
    }
    var matcher = WORDS.matcher(SPACE + stripped.replace(" ", SPACE));
    return matcher.results().map(result -> result.group()).toList();
  }

  /** Merges the pair that was learnt first, everywhere in the word, until none is left. */
  private List<String> pieces(String word) {
    var pieces = characters(word);
    while (pieces.size() > 1) {
      int best = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < pieces.size(); i++) {
        best =
            Math.min(
                best,
                ranks.getOrDefault(new Merge(pieces.get(i), pieces.get(i + 1)), Integer.MAX_VALUE));
      }
      if (best == Integer.MAX_VALUE) {
        break;
      }
      pieces = merged(pieces, merges.get(best));
    }
    return pieces;
  }

  /** The code points of a word. */
  static List<String> characters(String word) {
    return word.codePoints().mapToObj(Character::toString).toList();
  }

  /** The pieces with one merge applied wherever it fits, from left to right. */
  static List<String> merged(List<String> pieces, Merge merge) {
    var merged = new ArrayList<String>(pieces.size());
    for (int i = 0; i < pieces.size(); i++) {
      if (i + 1 < pieces.size()
          && pieces.get(i).equals(merge.left())
          && pieces.get(i + 1).equals(merge.right())) {
        merged.add(merge.joined());
        i++;
      } else {
        merged.add(pieces.get(i));
      }
    }
    return merged;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BytePairEncoding encoding && merges.equals(encoding.merges);
  }

  @Override
  public int hashCode() {
    return merges.hashCode();
  }

  /** How many merges it has. */
  @Override
  public String toString() {
    return merges.size() + " byte pairs";
  }
}
