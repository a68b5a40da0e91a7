package dev.backplane.launcher.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One JSON object on each line, for programs that read what a command prints. */
record JsonLines(PrintWriter out) {
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Prints one object.
   *
   * @param fields in the order in which they appear: strings, numbers, booleans, nulls, lists and
   *     maps of these. JSON has no number for NaN and the infinities: they become null.
   */
  void print(Map<String, ? extends @Nullable Object> fields) {
    var text = new StringWriter();
    try (var json = JSON.createGenerator(text)) {
      write(json, fields);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    out.println(text);
  }

  private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Boolean truth -> json.writeBoolean(truth);
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Double number when Double.isFinite(number) -> json.writeNumber(number);
      case Float number when Float.isFinite(number) -> json.writeNumber(number);
      case Double _, Float _ -> json.writeNull();
      case List<?> list -> {
        json.writeStartArray();
        for (var element : list) {
          write(json, element);
        }
        json.writeEndArray();
      }
      case Map<?, ?> map -> {
        json.writeStartObject();
        for (var entry : map.entrySet()) {
          json.writeFieldName(String.valueOf(entry.getKey()));
          write(json, entry.getValue());
        }
        json.writeEndObject();
      }
      default -> json.writeString(value.toString());
    }
  }
}
