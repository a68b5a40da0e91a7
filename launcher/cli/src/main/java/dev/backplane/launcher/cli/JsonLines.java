package dev.backplane.launcher.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One JSON object on each line, for programs that read what a command prints. */
record JsonLines(PrintWriter out) {
  /**
   * Prints one object.
   *
   * @param fields in the order in which they appear: strings, numbers, booleans, nulls, lists and
   *     maps of these. JSON has no number for NaN and the infinities: they become null.
   */
  void print(Map<String, ? extends @Nullable Object> fields) {
    out.println(json(fields));
  }

  private static String json(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Boolean truth -> truth.toString();
      case Integer number -> number.toString();
      case Long number -> number.toString();
      case Double number -> Double.isFinite(number) ? number.toString() : "null";
      case Float number -> Float.isFinite(number) ? number.toString() : "null";
      case List<?> list ->
          list.stream().map(JsonLines::json).collect(Collectors.joining(",", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(e -> quoted(String.valueOf(e.getKey())) + ":" + json(e.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      default -> quoted(value.toString());
    };
  }

  private static String quoted(String text) {
    var quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> quoted.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
      }
    }
    return quoted.append('"').toString();
  }
}
