package dev.backplane.runtime.extension;

import java.util.HexFormat;
import java.util.Iterator;

/** Writes JSON, on one line or with each value on its own. */
final class JsonWriter {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final StringBuilder text = new StringBuilder();
  private final boolean spread;
  private int depth;

  private JsonWriter(boolean spread) {
    this.spread = spread;
  }

  static String line(Json json) {
    return written(json, false);
  }

  static String lines(Json json) {
    return written(json, true);
  }

  private static String written(Json json, boolean spread) {
    var writer = new JsonWriter(spread);
    writer.write(json);
    return writer.text.toString();
  }

  private void write(Json json) {
    switch (json) {
      case Json.Fields fields -> {
        var entries = fields.values().entrySet().iterator();
        open('{');
        while (entries.hasNext()) {
          var field = entries.next();
          next();
          quote(field.getKey());
          text.append(spread ? " : " : ":");
          write(field.getValue());
          separate(entries);
        }
        close('}', fields.values().isEmpty());
      }
      case Json.Items items -> {
        var entries = items.values().iterator();
        open('[');
        while (entries.hasNext()) {
          var item = entries.next();
          next();
          write(item);
          separate(entries);
        }
        close(']', items.values().isEmpty());
      }
      case Json.Text(var value) -> quote(value);
      case Json.Whole(var value) -> text.append(value);
      case Json.Real(var value) -> {
        if (Double.isFinite(value)) {
          text.append(value);
        } else {
          quote(Double.toString(value));
        }
      }
      case Json.Truth(var value) -> text.append(value);
      case Json.Null _ -> text.append("null");
    }
  }

  private void open(char bracket) {
    text.append(bracket);
    depth++;
  }

  private void close(char bracket, boolean empty) {
    depth--;
    if (empty) {
      text.append(spread ? " " : "");
    } else {
      next();
    }
    text.append(bracket);
  }

  private void separate(Iterator<?> rest) {
    if (rest.hasNext()) {
      text.append(',');
    }
  }

  /** To where the next value or bracket stands. */
  private void next() {
    if (spread) {
      text.append('\n').repeat("  ", depth);
    }
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\b' -> text.append("\\b");
        case '\t' -> text.append("\\t");
        case '\n' -> text.append("\\n");
        case '\f' -> text.append("\\f");
        case '\r' -> text.append("\\r");
        default -> {
          // A lone half of a pair has no bytes in UTF-8.
          if (c < ' ' || Character.isSurrogate(c) && !isPaired(value, i)) {
            text.append("\\u").append(HEX.toHexDigits((short) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  private static boolean isPaired(String value, int at) {
    return Character.isHighSurrogate(value.charAt(at))
        ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
        : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
  }
}
