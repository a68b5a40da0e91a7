package dev.backplane.runtime.extension;

import dev.backplane.io.MalformedModelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;

/** Reads one JSON document (RFC 8259), strictly: what the grammar does not have is refused. */
final class JsonReader {
  private static final int LONGEST_TEXT = 1 << 20;
  private static final int LONGEST_NAME = 4096;
  private static final int LONGEST_NUMBER = 400;
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*+)(\\.[0-9]++)?([eE][+-]?[0-9]++)?");

  private final String text;
  private final String where;
  private int at;
  private int depth;
  private int values;

  /**
   * A document to read.
   *
   * @param where what is read, for messages
   */
  JsonReader(String text, String where) {
    this.text = text;
    this.where = where;
  }

  Json document() {
    skipSpace();
    if (at == text.length()) {
      throw new MalformedModelException(where, "nothing", "a JSON value");
    }
    var json = value();
    skipSpace();
    if (at < text.length()) {
      throw refused("more behind the value", "one JSON value");
    }
    return json;
  }

  private Json value() {
    if (++values > JsonFormat.VALUES) {
      throw new MalformedModelException(
          where, "more than " + JsonFormat.VALUES + " JSON values", "at most that many");
    }
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new Json.Text(string("a string", LONGEST_TEXT));
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      case 't' -> word("true", new Json.Truth(true));
      case 'f' -> word("false", new Json.Truth(false));
      case 'n' -> word("null", new Json.Null());
      default -> throw refused(found(), "a JSON value");
    };
  }

  private Json object() {
    var fields = new LinkedHashMap<String, Json>();
    enter();
    if (!take('}')) {
      do {
        if (peek() != '"') {
          throw refused(found(), "the name of a field");
        }
        int begin = at;
        var name = string("a name", LONGEST_NAME);
        expect(':');
        if (fields.put(name, value()) != null) {
          at = begin;
          throw refused("a second field \"" + name + "\"", "JSON without duplicate keys");
        }
      } while (take(','));
      expect('}');
    }
    depth--;
    return new Json.Fields(fields);
  }

  private Json array() {
    var items = new ArrayList<Json>();
    enter();
    if (!take(']')) {
      do {
        skipSpace();
        items.add(value());
      } while (take(','));
      expect(']');
    }
    depth--;
    return new Json.Items(items);
  }

  private void enter() {
    at++;
    if (++depth > JsonFormat.DEPTH) {
      throw refused("a depth of " + depth, "at most " + JsonFormat.DEPTH);
    }
  }

  private Json number() {
    var number = NUMBER.matcher(text).region(at, text.length());
    if (!number.lookingAt()) {
      throw refused(found(), "a number");
    }
    var digits = number.group();
    if (digits.length() > LONGEST_NUMBER) {
      throw refused("a number of length " + digits.length(), "at most " + LONGEST_NUMBER);
    }
    boolean whole = number.group(1) == null && number.group(2) == null;
    var json = whole ? new Json.Whole(whole(digits)) : new Json.Real(real(digits));
    at = number.end();
    if (at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
      throw refused(found() + " in a number", "a number without leading zeros or letters");
    }
    return json;
  }

  private long whole(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new MalformedModelException(where, digits + at(), "a whole number of 64 bits", e);
    }
  }

  private double real(String digits) {
    double value = Double.parseDouble(digits);
    if (!Double.isFinite(value)) {
      throw refused(digits, "a number within the range of f64");
    }
    return value;
  }

  private Json word(String word, Json json) {
    if (!text.startsWith(word, at)) {
      throw refused(found(), "a JSON value");
    }
    at += word.length();
    return json;
  }

  private String string(String what, int longest) {
    var value = new StringBuilder();
    at++;
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at);
      if (c < ' ') {
        throw refused(found() + " in a string", "it escaped");
      }
      at++;
      value.append(c == '\\' ? escaped() : c);
      if (value.length() > longest) {
        throw refused(what + " of a length over " + longest, "at most that");
      }
    }
    if (at == text.length()) {
      throw refused("the end within a string", "its closing quote");
    }
    at++;
    return value.toString();
  }

  private char escaped() {
    if (at == text.length()) {
      throw refused("the end within a string", "what is escaped");
    }
    char c = text.charAt(at++);
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'f' -> '\f';
      case 'r' -> '\r';
      case 'u' -> unit();
      default -> throw refused("\\" + c, "an escape of JSON");
    };
  }

  /** One UTF-16 unit, of four hexadecimal digits. */
  private char unit() {
    int unit = 0;
    for (int end = at + 4; at < end; at++) {
      int digit = at < text.length() ? digit(text.charAt(at)) : -1;
      if (digit < 0) {
        throw refused(found(), "four hexadecimal digits");
      }
      unit = unit << 4 | digit;
    }
    return (char) unit;
  }

  /** The value of an ASCII digit; {@link Character#digit} would take those of other scripts too. */
  private static int digit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  /** The next character that is no space; nothing but the end has none. */
  private char peek() {
    skipSpace();
    if (at == text.length()) {
      throw refused("the end of the document", "more");
    }
    return text.charAt(at);
  }

  private boolean take(char wanted) {
    boolean there = peek() == wanted;
    if (there) {
      at++;
    }
    return there;
  }

  private void expect(char wanted) {
    if (!take(wanted)) {
      throw refused(found(), "'" + wanted + "'");
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private String found() {
    if (at == text.length()) {
      return "the end of the document";
    }
    char c = text.charAt(at);
    return c > ' ' && c < 127 ? "'" + c + "'" : "the character %04x".formatted((int) c);
  }

  private MalformedModelException refused(String what, String expected) {
    return new MalformedModelException(where, what + at(), expected);
  }

  private String at() {
    int line = 1;
    int begin = 0;
    for (int i = 0; i < Math.min(at, text.length()); i++) {
      if (text.charAt(i) == '\n') {
        line++;
        begin = i + 1;
      }
    }
    return " at line " + line + ", column " + (at - begin + 1);
  }
}
