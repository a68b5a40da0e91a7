package dev.backplane.runtime.extension;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.backplane.io.MalformedModelException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * JSON as files hold it. Reading is strict and bounded: UTF-8, no duplicate keys, nothing behind
 * the value, at most {@link #DEPTH} levels and {@link #VALUES} values. Writing gives the same bytes
 * for the same value, everywhere.
 */
public final class JsonFormat {
  /** How deep values may nest. */
  public static final int DEPTH = 100;

  /** How many values a document may hold. */
  public static final int VALUES = 1_000_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH)
                  .maxStringLength(1 << 20)
                  .maxNameLength(4096)
                  .maxNumberLength(400)
                  .build())
          .build();

  private JsonFormat() {}

  /**
   * Reads a document.
   *
   * @param where what is read, for messages
   * @throws MalformedModelException if it is not one JSON value within the bounds
   */
  public static Located read(byte[] bytes, String where) {
    return new Located(new Reading(where).document(text(bytes, where)), where, "");
  }

  private static String text(byte[] bytes, String where) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedModelException(where, "bytes that are not UTF-8", "JSON in UTF-8", e);
    }
  }

  /** The document on several lines, with a line end behind it. */
  public static byte[] pretty(Json json) {
    var printer =
        new DefaultPrettyPrinter()
            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
            .withArrayIndenter(new DefaultIndenter("  ", "\n"));
    return (text(json, printer) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** The document on one line. */
  public static String compact(Json json) {
    return text(json, new MinimalPrettyPrinter());
  }

  private static String text(Json json, PrettyPrinter printer) {
    var text = new StringWriter();
    try (var generator = FACTORY.createGenerator(text)) {
      generator.setPrettyPrinter(printer);
      write(json, generator);
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON to memory", e);
    }
    return text.toString();
  }

  private static void write(Json json, JsonGenerator generator) throws IOException {
    switch (json) {
      case Json.Fields fields -> {
        generator.writeStartObject();
        for (Map.Entry<String, Json> field : fields.values().entrySet()) {
          generator.writeFieldName(field.getKey());
          write(field.getValue(), generator);
        }
        generator.writeEndObject();
      }
      case Json.Items items -> {
        generator.writeStartArray();
        for (var item : items.values()) {
          write(item, generator);
        }
        generator.writeEndArray();
      }
      case Json.Text text -> generator.writeString(text.value());
      case Json.Whole whole -> generator.writeNumber(whole.value());
      case Json.Real real -> {
        if (Double.isFinite(real.value())) {
          generator.writeNumber(Double.toString(real.value()));
        } else {
          generator.writeString(Double.toString(real.value()));
        }
      }
      case Json.Truth truth -> generator.writeBoolean(truth.value());
      case Json.Null nothing -> generator.writeNull();
    }
  }

  /** One document being read, with the number of values seen so far. */
  private static final class Reading {
    private final String where;
    private int values;

    Reading(String where) {
      this.where = where;
    }

    Json document(String text) {
      try (var parser = FACTORY.createParser(text)) {
        if (parser.nextToken() == null) {
          throw new MalformedModelException(where, "nothing", "a JSON value");
        }
        var json = value(parser);
        if (parser.nextToken() != null) {
          throw new MalformedModelException(
              where, "more behind the value, at " + at(parser), "one JSON value");
        }
        return json;
      } catch (JacksonException e) {
        var line = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
        var at = e.getLocation() == null ? "" : ", at " + at(e.getLocation());
        throw new MalformedModelException(where, line + at, "JSON without duplicate keys", e);
      } catch (IOException e) {
        throw new UncheckedIOException("reading JSON from memory", e);
      }
    }

    private Json value(JsonParser parser) throws IOException {
      if (++values > VALUES) {
        throw new MalformedModelException(
            where, "more than " + VALUES + " JSON values", "at most that many");
      }
      return switch (parser.currentToken()) {
        case START_OBJECT -> object(parser);
        case START_ARRAY -> array(parser);
        case VALUE_STRING -> new Json.Text(parser.getText());
        case VALUE_NUMBER_INT -> new Json.Whole(whole(parser));
        case VALUE_NUMBER_FLOAT -> new Json.Real(real(parser));
        case VALUE_TRUE -> new Json.Truth(true);
        case VALUE_FALSE -> new Json.Truth(false);
        case VALUE_NULL -> new Json.Null();
        case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
            throw new MalformedModelException(
                where, parser.currentToken() + " at " + at(parser), "a JSON value");
      };
    }

    private Json object(JsonParser parser) throws IOException {
      var fields = new LinkedHashMap<String, Json>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        parser.nextToken();
        fields.put(name, value(parser));
      }
      return new Json.Fields(fields);
    }

    private Json array(JsonParser parser) throws IOException {
      var items = new ArrayList<Json>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(value(parser));
      }
      return new Json.Items(items);
    }

    private long whole(JsonParser parser) throws IOException {
      try {
        return Long.parseLong(parser.getText());
      } catch (NumberFormatException e) {
        throw new MalformedModelException(
            where, parser.getText() + " at " + at(parser), "a whole number of 64 bits", e);
      }
    }

    private double real(JsonParser parser) throws IOException {
      double value = Double.parseDouble(parser.getText());
      if (!Double.isFinite(value)) {
        throw new MalformedModelException(
            where, parser.getText() + " at " + at(parser), "a number within the range of f64");
      }
      return value;
    }

    private static String at(JsonParser parser) {
      return at(parser.currentTokenLocation());
    }

    private static String at(JsonLocation location) {
      return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
  }
}
