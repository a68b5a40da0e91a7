package dev.backplane.runtime.extension;

import dev.backplane.io.MalformedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON value and where it stands, so that whatever is wrong with it can be said with its place.
 * Every method throws {@link MalformedModelException} where the value is not what is asked for.
 *
 * @param json the value
 * @param document the document, such as a file's name
 * @param path the path within it; empty for the whole
 */
public record Located(Json json, String document, String path) {
  /** The place, for messages. */
  public String where() {
    return path.isEmpty() ? document : document + ": " + path;
  }

  /** The field of an object. */
  public Located get(String key) {
    return find(key)
        .orElseThrow(() -> malformed("no field \"" + key + "\"", "one; found " + keys()));
  }

  /** The field of an object, if it is there. */
  public Optional<Located> find(String key) {
    var value = fields().values().get(key);
    return value == null ? Optional.empty() : Optional.of(new Located(value, document, in(key)));
  }

  /** The keys of an object, in their order. */
  public List<String> keys() {
    return List.copyOf(fields().values().keySet());
  }

  /** This object, which has no other keys than these. */
  public Located only(String... keys) {
    var known = Set.of(keys);
    for (var key : keys()) {
      if (!known.contains(key)) {
        throw get(key).malformed("an unknown field", "one of " + List.of(keys));
      }
    }
    return this;
  }

  private Json.Fields fields() {
    if (json instanceof Json.Fields fields) {
      return fields;
    }
    throw malformed(shown(), "an object");
  }

  /** The elements of an array. */
  public List<Located> items() {
    if (json instanceof Json.Items items) {
      var located = new ArrayList<Located>();
      for (int i = 0; i < items.values().size(); i++) {
        located.add(new Located(items.values().get(i), document, path + "[" + i + "]"));
      }
      return located;
    }
    throw malformed(shown(), "an array");
  }

  /** A string. */
  public String text() {
    if (json instanceof Json.Text text) {
      return text.value();
    }
    throw malformed(shown(), "a string");
  }

  /** A whole number within bounds, both included. */
  public long whole(long least, long most) {
    if (json instanceof Json.Whole whole && whole.value() >= least && whole.value() <= most) {
      return whole.value();
    }
    throw malformed(shown(), "a whole number from " + least + " to " + most);
  }

  /** A number of any kind; the strings NaN, Infinity and -Infinity too. */
  public double real() {
    if (json instanceof Json.Real real) {
      return real.value();
    }
    if (json instanceof Json.Whole whole) {
      return whole.value();
    }
    if (json instanceof Json.Text(var text) && NON_FINITE.contains(text)) {
      return Double.parseDouble(text);
    }
    throw malformed(shown(), "a number");
  }

  /** The texts of what JSON has no numbers for. */
  static final Set<String> NON_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  /** True or false. */
  public boolean truth() {
    if (json instanceof Json.Truth truth) {
      return truth.value();
    }
    throw malformed(shown(), "true or false");
  }

  /** The failure that this value is not what it should be. */
  public MalformedModelException malformed(String what, String expected) {
    return new MalformedModelException(where(), what, expected);
  }

  private String in(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The value for a message: short, whatever a file holds. */
  public String shown() {
    return switch (json) {
      case Json.Fields fields -> "an object";
      case Json.Items items -> "an array of " + items.values().size();
      case Json.Text(var text) ->
          "\"" + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "\"";
      case Json.Whole whole -> String.valueOf(whole.value());
      case Json.Real real -> String.valueOf(real.value());
      case Json.Truth truth -> String.valueOf(truth.value());
      case Json.Null nothing -> "null";
    };
  }
}
