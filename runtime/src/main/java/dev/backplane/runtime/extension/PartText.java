package dev.backplane.runtime.extension;

import dev.backplane.io.Description;
import dev.backplane.io.Description.Plain;
import dev.backplane.io.MalformedModelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads a part as a user writes it in one line, such as {@code acme.lion(beta1=0.95)}: a name, then
 * values of components in brackets. Versions are not written: version 0 stands for the newest.
 */
final class PartText {
  /** The version of a part that was written without one. */
  static final int NEWEST = 0;

  private static final int DEPTH = 50;
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+)*");

  private final String text;
  private final String where;
  private int at;
  private int depth;

  private PartText(String text, String where) {
    this.text = text;
    this.where = where;
  }

  /**
   * The description that a text holds.
   *
   * @throws MalformedModelException if it holds none, naming the place
   */
  static Description read(String text, String where) {
    var reader = new PartText(text, where);
    var part = reader.part();
    if (!reader.atEnd()) {
      throw reader.wrong("the end");
    }
    return part;
  }

  private Description part() {
    var name = word();
    if (!NAME.matcher(name).matches()) {
      at -= name.length();
      throw wrong("the name of a part");
    }
    return new Description(name, NEWEST, next('(') ? components() : Map.of());
  }

  private Map<String, Plain> components() {
    var components = new LinkedHashMap<String, Plain>();
    enter();
    while (!next(')')) {
      if (!components.isEmpty() && !next(',')) {
        throw wrong("\",\" or \")\"");
      }
      var name = word();
      if (name.isEmpty() || !next('=')) {
        throw wrong("COMPONENT=VALUE");
      }
      if (components.put(name, value()) != null) {
        throw wrong("each component once, \"" + name + "\" stands twice before this");
      }
    }
    depth--;
    return components;
  }

  private Plain value() {
    if (next('[')) {
      return list();
    }
    if (next('"')) {
      return quoted('"');
    }
    if (next('\'')) {
      return quoted('\'');
    }
    var word = word();
    if (NUMBER.matcher(word).matches()) {
      return number(word);
    }
    if (!NAME.matcher(word).matches()) {
      at -= word.length();
      throw wrong("a value");
    }
    if (next('(')) {
      return new Description.Part(new Description(word, NEWEST, components()));
    }
    return switch (word) {
      case "true" -> new Description.Flag(true);
      case "false" -> new Description.Flag(false);
      case "none" -> new Description.Nothing();
      default -> new Description.Text(word);
    };
  }

  private static Plain number(String word) {
    try {
      return new Description.Int(Long.parseLong(word));
    } catch (NumberFormatException e) {
      // Not a whole number, or none that a long holds.
      return new Description.Real(Double.parseDouble(word));
    }
  }

  private Plain list() {
    List<Plain> values = new ArrayList<>();
    enter();
    while (!next(']')) {
      if (!values.isEmpty() && !next(',')) {
        throw wrong("\",\" or \"]\"");
      }
      values.add(value());
    }
    depth--;
    return new Description.Listing(values);
  }

  private Plain quoted(char quote) {
    int end = text.indexOf(quote, at);
    if (end < 0) {
      throw wrong("a closing " + quote);
    }
    var value = text.substring(at, end);
    at = end + 1;
    return new Description.Text(value);
  }

  private void enter() {
    if (++depth > DEPTH) {
      throw wrong("at most " + DEPTH + " levels of brackets");
    }
  }

  /** The letters, digits, dots and signs that come next. */
  private String word() {
    skipSpace();
    int begin = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || "._-+".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    return text.substring(begin, at);
  }

  private boolean next(char wanted) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private boolean atEnd() {
    skipSpace();
    return at == text.length();
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private MalformedModelException wrong(String expected) {
    var rest = text.substring(Math.min(at, text.length()));
    var found =
        rest.isBlank()
            ? "the text ends"
            : "\"" + (rest.length() > 40 ? rest.substring(0, 40) + "…" : rest) + "\"";
    return new MalformedModelException(where + ", at " + (at + 1), found, expected);
  }
}
