package dev.backplane.layers.text;

import java.util.List;
import java.util.Locale;

/**
 * Characters: every code point of the text is a token, white space too.
 *
 * @param lowerCase whether letters become lower-case ones
 */
public record CharacterTokenizer(boolean lowerCase) implements Tokenizer {
  /** Characters as they are written. */
  public CharacterTokenizer() {
    this(false);
  }

  @Override
  public List<String> tokens(String text) {
    var cased = lowerCase ? text.toLowerCase(Locale.ROOT) : text;
    return cased.codePoints().mapToObj(Character::toString).toList();
  }

  @Override
  public String text(List<String> tokens) {
    return String.join("", tokens);
  }
}
