package dev.backplane.launcher.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

  /**
   * Reads one object back: strings, booleans, nulls, longs, doubles, lists and maps.
   *
   * @throws IOException if it is none
   */
  static Map<String, @Nullable Object> read(String line) throws IOException {
    try (var json = JSON.createParser(line)) {
      json.nextToken();
      var read = read(json);
      if (read instanceof Map<?, ?> && json.nextToken() == null) {
        @SuppressWarnings("unchecked")
        var fields = (Map<String, @Nullable Object>) read;
        return fields;
      }
      throw new IOException("no JSON object: " + line);
    }
  }

  private static @Nullable Object read(JsonParser json) throws IOException {
    var token = json.currentToken();
    if (token == JsonToken.START_OBJECT) {
      var fields = new LinkedHashMap<String, @Nullable Object>();
      for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        json.nextToken();
        fields.put(name, read(json));
      }
      return fields;
    }
    if (token == JsonToken.START_ARRAY) {
      var items = new ArrayList<@Nullable Object>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        items.add(read(json));
      }
      return items;
    }
    if (token == null) {
      throw new IOException("the text ends");
    }
    return switch (token) {
      case VALUE_STRING -> json.getText();
      case VALUE_NUMBER_INT -> json.getLongValue();
      case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IOException("unexpected " + token);
    };
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
