package dev.backplane.launcher.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonLinesTest {
  private static String print(Map<String, ?> fields) {
    var text = new StringWriter();
    new JsonLines(new PrintWriter(text, true)).print(fields);
    return text.toString();
  }

  @Test
  void writesOneLineInTheOrderOfTheFields() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "say \"hi\"\n");
    fields.put("steps", 9380L);
    fields.put("seconds", 1.5);
    fields.put("usable", true);
    fields.put("reasons", List.of("a", 1));
    fields.put("metrics", Map.of("loss", 0.25f));
    assertEquals(
        "{\"event\":\"say \\\"hi\\\"\\n\",\"steps\":9380,\"seconds\":1.5,\"usable\":true,"
            + "\"reasons\":[\"a\",1],\"metrics\":{\"loss\":0.25}}"
            + System.lineSeparator(),
        print(fields));
  }

  @Test
  void writesNullForWhatJsonHasNoNumberFor() {
    assertEquals(
        "{\"metrics\":[null,null]}" + System.lineSeparator(),
        print(Map.of("metrics", List.of(Double.NaN, Double.POSITIVE_INFINITY))));
  }
}
