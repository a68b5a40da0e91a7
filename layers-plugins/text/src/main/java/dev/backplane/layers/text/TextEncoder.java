package dev.backplane.layers.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes rows of ids of texts, all of one length: short texts are filled up behind with {@link
 * Vocabulary#PADDING}, tokens that are not in the vocabulary become {@link Vocabulary#UNKNOWN}.
 *
 * @param tokenizer cuts the text
 * @param vocabulary numbers the tokens
 * @param length ids in a row
 * @param overlong what becomes of longer texts
 * @param framed whether {@link Vocabulary#START_TOKEN} stands before each text and {@link
 *     Vocabulary#END_TOKEN} behind it, as decoders need it
 */
public record TextEncoder(
    Tokenizer tokenizer, Vocabulary vocabulary, int length, Overlong overlong, boolean framed) {
  /** What becomes of texts that are longer than a row. */
  public enum Overlong {
    /** Their end is left out. */
    CUT_END,
    /** Their beginning is left out. */
    CUT_START,
    /** They are refused. */
    REFUSE
  }

  /**
   * Checks the length, and that a framing vocabulary has what it needs.
   *
   * @throws IllegalArgumentException if the length holds no token, or the vocabulary lacks the
   *     tokens of a frame
   */
  public TextEncoder {
    int least = framed ? 3 : 1;
    if (length < least) {
      throw new IllegalArgumentException(
          "text encoder: expected a length of " + least + " or more, found " + length);
    }
    if (framed) {
      vocabulary.require(Vocabulary.START_TOKEN);
      vocabulary.require(Vocabulary.END_TOKEN);
    }
  }

  /** Rows without a frame; what is too long loses its end. */
  public TextEncoder(Tokenizer tokenizer, Vocabulary vocabulary, int length) {
    this(tokenizer, vocabulary, length, Overlong.CUT_END, false);
  }

  /**
   * The ids of a text, in a row of {@link #length}.
   *
   * @throws IllegalArgumentException if the text is too long and that is refused
   */
  public int[] encode(String text) {
    var ids = ids(text);
    int room = framed ? length - 2 : length;
    if (ids.length > room) {
      ids =
          switch (overlong) {
            case CUT_END -> Arrays.copyOf(ids, room);
            case CUT_START -> Arrays.copyOfRange(ids, ids.length - room, ids.length);
            case REFUSE ->
                throw new IllegalArgumentException(
                    "text of %d tokens: expected at most %d: \"%s\""
                        .formatted(ids.length, room, shortened(text)));
          };
    }
    var row = new int[length];
    int begin = framed ? 1 : 0;
    System.arraycopy(ids, 0, row, begin, ids.length);
    if (framed) {
      row[0] = vocabulary.require(Vocabulary.START_TOKEN);
      row[ids.length + 1] = vocabulary.require(Vocabulary.END_TOKEN);
    }
    return row;
  }

  /** The ids of a text, as many as it has tokens; without a frame. */
  public int[] ids(String text) {
    return tokenizer.tokens(text).stream().mapToInt(this::id).toArray();
  }

  /** A text that spells a token of ours, such as {@code <pad>}, must not act as one. */
  private int id(String token) {
    int id = vocabulary.id(token);
    boolean ours =
        id == Vocabulary.PADDING
            || framed
                && (token.equals(Vocabulary.START_TOKEN) || token.equals(Vocabulary.END_TOKEN));
    return ours ? Vocabulary.UNKNOWN : id;
  }

  /**
   * The text of ids: up to the first end, without start and padding.
   *
   * @throws IllegalArgumentException if an id is not in the vocabulary
   */
  public String decode(int[] ids) {
    List<String> tokens = new ArrayList<>();
    for (int id : ids) {
      var token = vocabulary.token(id);
      if (framed && token.equals(Vocabulary.END_TOKEN)) {
        break;
      }
      if (id != Vocabulary.PADDING && !(framed && token.equals(Vocabulary.START_TOKEN))) {
        tokens.add(token);
      }
    }
    return tokenizer.text(tokens);
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 57) + "…";
  }
}
