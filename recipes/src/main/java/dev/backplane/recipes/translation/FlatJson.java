package dev.backplane.recipes.translation;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.backplane.recipes.format.MalformedDataException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The strings of a JSON document by their paths: names and positions joined by slashes. */
final class FlatJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private FlatJson() {}

  /**
   * Reads a document.
   *
   * @param where what to call it in messages
   * @throws MalformedDataException if it is no JSON
   */
  static Map<String, String> read(String where, byte[] json) {
    var strings = new LinkedHashMap<String, String>();
    try (var parser = FACTORY.createParser(json)) {
      for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING) {
          strings.put(parser.getParsingContext().pathAsPointer(false).toString(), parser.getText());
        }
      }
      return strings;
    } catch (JsonProcessingException e) {
      throw new MalformedDataException(where, "JSON", e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new MalformedDataException(where, "JSON", e.toString(), e);
    }
  }
}
