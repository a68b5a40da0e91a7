package dev.backplane.layers.text;

import dev.backplane.io.MalformedModelException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Tokens and their numbers. Id 0 is padding and id 1 stands for every token that is not listed; the
 * listed ones follow, in order.
 *
 * <p>The file form is UTF-8, a token a line: the first line is {@code <pad>}, the second {@code
 * <unk>}, and a token's id is its line's number from 0. Within a token {@code \n}, {@code \r} and
 * {@code \\} stand for line feed, carriage return and backslash.
 */
public final class Vocabulary {
  /** The id that fills up short rows. */
  public static final int PADDING = 0;

  /** The id of whatever is not in the vocabulary. */
  public static final int UNKNOWN = 1;

  /** Written for {@link #PADDING}. */
  public static final String PADDING_TOKEN = "<pad>";

  /** Written for {@link #UNKNOWN}. */
  public static final String UNKNOWN_TOKEN = "<unk>";

  /** Stands before a framed text; see {@link TextEncoder}. */
  public static final String START_TOKEN = "<start>";

  /** Stands behind a framed text; see {@link TextEncoder}. */
  public static final String END_TOKEN = "<end>";

  /** More entries than any tokenizer is trained for: a file with more is refused. */
  private static final int MOST = 1 << 24;

  private final List<String> tokens;
  private final Map<String, Integer> ids;

  private Vocabulary(List<String> tokens, Map<String, Integer> ids) {
    this.tokens = tokens;
    this.ids = ids;
  }

  /**
   * The given tokens, as ids 2, 3 and so on.
   *
   * @throws IllegalArgumentException if there is none, one is empty, or one stands twice
   */
  public static Vocabulary of(List<String> listed) {
    if (listed.isEmpty()) {
      throw new IllegalArgumentException("vocabulary: it is empty; expected one token or more");
    }
    var tokens = new ArrayList<String>();
    tokens.add(PADDING_TOKEN);
    tokens.add(UNKNOWN_TOKEN);
    tokens.addAll(listed);
    var ids = new HashMap<String, Integer>();
    for (int id = 0; id < tokens.size(); id++) {
      var token = tokens.get(id);
      if (token.isEmpty()) {
        throw new IllegalArgumentException("vocabulary: entry " + id + " is empty");
      }
      var earlier = ids.putIfAbsent(token, id);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "vocabulary: \"%s\" stands twice, as %d and as %d".formatted(token, earlier, id));
      }
    }
    return new Vocabulary(List.copyOf(tokens), Map.copyOf(ids));
  }

  /**
   * The most frequent tokens of some texts. Of equally frequent ones the lesser in the order of
   * {@link String#compareTo} goes first, so that the same texts in any order give the same
   * vocabulary.
   *
   * @param texts the texts, as tokens; of the training examples alone
   * @param size how many ids there may be in all, padding and unknown and {@code first} included
   * @param least how often a token must occur
   * @param first tokens that are listed before the counted ones, such as {@link #START_TOKEN}
   * @throws IllegalArgumentException if no token is left
   */
  public static Vocabulary count(
      Stream<List<String>> texts, int size, int least, List<String> first) {
    var counts = new HashMap<String, Integer>();
    texts.forEach(text -> text.forEach(token -> counts.merge(token, 1, Integer::sum)));
    counts.keySet().removeAll(first);
    counts.keySet().removeAll(List.of(PADDING_TOKEN, UNKNOWN_TOKEN));
    var counted =
        counts.entrySet().stream()
            .filter(entry -> entry.getValue() >= least)
            .sorted(
                Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(Map.Entry::getKey)
            .limit(Math.max(0, size - 2 - first.size()))
            .toList();
    if (counted.isEmpty()) {
      throw new IllegalArgumentException(
          "vocabulary: the texts give no token (%d different ones; size %d, at least %d times each)"
              .formatted(counts.size(), size, least));
    }
    return of(Stream.concat(first.stream(), counted.stream()).toList());
  }

  /**
   * Reads the file form.
   *
   * @throws MalformedModelException if it is no vocabulary, naming the line
   * @throws IOException if the file cannot be read
   */
  public static Vocabulary read(Path file) throws IOException {
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
   * @throws MalformedModelException if it is no vocabulary, naming the line
   */
  public static Vocabulary parse(String where, String text) {
    var lines = text.split("\n", -1);
    int count = lines.length - 1;
    if (!lines[count].isEmpty()) {
      throw new MalformedModelException(
          where, "the last line does not end: it may be cut short", "a line feed at the end");
    }
    if (count < 3 || count > MOST) {
      throw new MalformedModelException(
          where, count + " lines", PADDING_TOKEN + ", " + UNKNOWN_TOKEN + " and a token or more");
    }
    if (!lines[PADDING].equals(PADDING_TOKEN) || !lines[UNKNOWN].equals(UNKNOWN_TOKEN)) {
      throw new MalformedModelException(
          where,
          "the first lines are \"" + lines[PADDING] + "\" and \"" + lines[UNKNOWN] + "\"",
          PADDING_TOKEN + " and " + UNKNOWN_TOKEN);
    }
    var listed = new ArrayList<String>();
    for (int i = 2; i < count; i++) {
      listed.add(unescaped(where + " line " + (i + 1), lines[i]));
    }
    try {
      return of(listed);
    } catch (IllegalArgumentException e) {
      throw new MalformedModelException(
          where, String.valueOf(e.getMessage()), "different tokens, none empty", e);
    }
  }

  /** Writes the file form. */
  public void write(Path file) throws IOException {
    Files.writeString(file, text(), StandardCharsets.UTF_8);
  }

  /** The file form. */
  public String text() {
    var text = new StringBuilder();
    for (var token : tokens) {
      text.append(escaped(token)).append('\n');
    }
    return text.toString();
  }

  /** How many ids there are, padding and unknown included. */
  public int size() {
    return tokens.size();
  }

  /** All tokens by id. */
  public List<String> tokens() {
    return tokens;
  }

  /** The id of a token; {@link #UNKNOWN} where it is not in the vocabulary. */
  public int id(String token) {
    return ids.getOrDefault(token, UNKNOWN);
  }

  /**
   * The id of a token that has to be there.
   *
   * @throws IllegalArgumentException if it is not
   */
  public int require(String token) {
    var id = ids.get(token);
    if (id == null) {
      throw new IllegalArgumentException("vocabulary: no token \"" + token + "\" among " + this);
    }
    return id;
  }

  /**
   * The token of an id.
   *
   * @throws IllegalArgumentException if there is no such id
   */
  public String token(int id) {
    if (id < 0 || id >= tokens.size()) {
      throw new IllegalArgumentException(
          "vocabulary: expected an id from 0 to " + (tokens.size() - 1) + ", found " + id);
    }
    return tokens.get(id);
  }

  private static String escaped(String token) {
    return token.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  private static String unescaped(String where, String line) {
    if (line.indexOf('\\') < 0) {
      return line;
    }
    var token = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c != '\\') {
        token.append(c);
        continue;
      }
      char next = ++i < line.length() ? line.charAt(i) : ' ';
      token.append(
          switch (next) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case '\\' -> '\\';
            default ->
                throw new MalformedModelException(
                    where, "a lone backslash in \"" + line + "\"", "\\n, \\r or \\\\");
          });
    }
    return token.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Vocabulary vocabulary && tokens.equals(vocabulary.tokens);
  }

  @Override
  public int hashCode() {
    return tokens.hashCode();
  }

  /** How many tokens it has. */
  @Override
  public String toString() {
    return tokens.size() + " tokens";
  }
}
