package dev.backplane.layers.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Words: what stands between white space. The default form, lower case and without punctuation, is
 * that of Keras' {@code TextVectorization}.
 *
 * @param lowerCase whether letters become lower-case ones
 * @param punctuation what becomes of ASCII punctuation
 */
public record WordTokenizer(boolean lowerCase, Punctuation punctuation) implements Tokenizer {
  /** What becomes of the 32 punctuation characters of ASCII. */
  public enum Punctuation {
    /** It is dropped, and what stood around it is one word: {@code don't} is {@code dont}. */
    STRIP,
    /** Each character is a word of its own. */
    SEPARATE,
    /** It stays part of the words. */
    KEEP
  }

  /** Lower case, without punctuation. */
  public WordTokenizer() {
    this(true, Punctuation.STRIP);
  }

  @Override
  public List<String> tokens(String text) {
    var cased = lowerCase ? text.toLowerCase(Locale.ROOT) : text;
    var tokens = new ArrayList<String>();
    var word = new StringBuilder();
    for (int i = 0; i < cased.length(); i++) {
      char c = cased.charAt(i);
      if (isSpace(c)) {
        end(word, tokens);
      } else if (!isPunctuation(c)) {
        word.append(c);
      } else {
        switch (punctuation) {
          case STRIP -> {}
          case SEPARATE -> {
            end(word, tokens);
            tokens.add(String.valueOf(c));
          }
          case KEEP -> word.append(c);
        }
      }
    }
    end(word, tokens);
    return tokens;
  }

  private static void end(StringBuilder word, List<String> tokens) {
    if (!word.isEmpty()) {
      tokens.add(word.toString());
      word.setLength(0);
    }
  }

  /** White space as Python's {@code split} knows it, the unbreakable kinds too. */
  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
  }

  /** ASCII punctuation, all of it: the set that Keras' {@code TextVectorization} strips. */
  private static boolean isPunctuation(char c) {
    return c > ' '
        && c < 0x7f
        && !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z');
  }

  /** The tokens with a space between each two. */
  @Override
  public String text(List<String> tokens) {
    return String.join(" ", tokens);
  }
}
