package dev.backplane.layers.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Words: what stands between white space. The default form, lower case and without punctuation, is
 * that of Keras' {@code TextVectorization}.
 *
 * @param lowerCase whether letters become lower-case ones
 * @param punctuation what becomes of ASCII punctuation
 */
public record WordTokenizer(boolean lowerCase, Punctuation punctuation) implements Tokenizer {
  /** ASCII punctuation, all of it: the set that Keras' {@code TextVectorization} strips. */
  private static final Pattern ASCII = Pattern.compile("[!-/:-@\\[-`{-~]");

  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

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
    var spaced =
        switch (punctuation) {
          case STRIP -> ASCII.matcher(cased).replaceAll("");
          case SEPARATE -> ASCII.matcher(cased).replaceAll(" $0 ");
          case KEEP -> cased;
        };
    var tokens = new ArrayList<String>();
    for (var word : SPACE.split(spaced)) {
      if (!word.isEmpty()) {
        tokens.add(word);
      }
    }
    return tokens;
  }

  /** The tokens with a space between each two. */
  @Override
  public String text(List<String> tokens) {
    return String.join(" ", tokens);
  }
}
