package dev.backplane.graph;

import dev.backplane.io.MalformedModelException;

/** The words of a graph's text, with the lines they stand on. */
final class GraphTokens {
  private static final String SINGLE = "(){}[]=,:@%#\"";

  private final String text;
  private int at;
  private int line = 1;

  GraphTokens(String text) {
    this.text = text;
  }

  /** The failure to read on, here. */
  MalformedModelException malformed(String what, String expected) {
    return new MalformedModelException("line " + line + " of the graph", what, expected);
  }

  MalformedModelException malformed(String what, String expected, Throwable cause) {
    return new MalformedModelException("line " + line + " of the graph", what, expected, cause);
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      if (text.charAt(at) == '\n') {
        line++;
      }
      at++;
    }
  }

  /** Whether nothing follows. */
  boolean isAtEnd() {
    skipSpace();
    return at == text.length();
  }

  /** Whether this comes next; nothing is taken. */
  boolean sees(String token) {
    skipSpace();
    if (!text.startsWith(token, at)) {
      return false;
    }
    int end = at + token.length();
    return SINGLE.contains(token) || end == text.length() || !isWord(text.charAt(end));
  }

  /** Takes this if it comes next. */
  boolean takes(String token) {
    if (!sees(token)) {
      return false;
    }
    at += token.length();
    return true;
  }

  /** Takes this, which must come next. */
  void expect(String token) {
    if (!takes(token)) {
      throw malformed("found " + next(), "\"" + token + "\"");
    }
  }

  /** What comes next, for messages. */
  String next() {
    if (isAtEnd()) {
      return "the end of the text";
    }
    int end = at;
    while (end < text.length() && end < at + 20 && !Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    return "\"" + text.substring(at, end) + "\"";
  }

  private static boolean isWord(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '_'
        || c == '.'
        || c == '-'
        || c == '+';
  }

  /** A name or number. */
  String word(String expected) {
    skipSpace();
    int begin = at;
    while (at < text.length() && isWord(text.charAt(at))) {
      at++;
    }
    if (begin == at) {
      throw malformed("found " + next(), expected);
    }
    return text.substring(begin, at);
  }

  long whole(String expected) {
    var word = word(expected);
    try {
      return Long.parseLong(word);
    } catch (NumberFormatException e) {
      throw malformed("found \"" + word + "\"", expected, e);
    }
  }

  int small(String expected) {
    long value = whole(expected);
    if (value != (int) value) {
      throw malformed("found " + value, expected + " of 32 bits");
    }
    return (int) value;
  }

  /** A text in quotes. */
  String quoted() {
    skipSpace();
    if (at == text.length() || text.charAt(at) != '"') {
      throw malformed("found " + next(), "a text in quotes");
    }
    at++;
    var string = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\n') {
      char c = text.charAt(at++);
      string.append(c == '\\' ? escaped() : c);
    }
    if (at == text.length() || text.charAt(at) != '"') {
      throw malformed("a text that does not end", "a quote on the same line");
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char c = at < text.length() ? text.charAt(at++) : ' ';
    return switch (c) {
      case '"', '\\' -> c;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'u' -> {
        var code = text.substring(at, Math.min(at + 4, text.length()));
        at += code.length();
        try {
          yield (char) Integer.parseInt(code, 16);
        } catch (NumberFormatException e) {
          throw malformed("found \\u" + code, "four hex digits", e);
        }
      }
      default -> throw malformed("found \\" + c, "one of \\\" \\\\ \\n \\t \\u");
    };
  }
}
