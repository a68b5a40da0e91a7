package dev.backplane.runtime.extension;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.io.MalformedModelException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonFormatTest {
  private static Located read(String text) {
    return JsonFormat.read(text.getBytes(StandardCharsets.UTF_8), "f.json");
  }

  private static String refused(String text) {
    return assertThrows(MalformedModelException.class, () -> read(text)).getMessage();
  }

  @Test
  void aDocumentReadAndWrittenIsTheSameBytes() {
    var text =
        """
        {
          "a" : [
            1,
            -2.5,
            1.0E300,
            true,
            null
          ],
          "ü\\n" : "\\"x\\""
        }
        """;
    assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), JsonFormat.pretty(read(text).json()));
  }

  @Test
  void whatIsNotOneStrictValueIsRefused() {
    for (var text :
        new String[] {
          "",
          " ",
          "{",
          "[1,]",
          "{\"a\":1,}",
          "1 2",
          "{}x",
          "'a'",
          "NaN",
          "01",
          "+1",
          "// c\n1",
          "{\"a\":1,\"a\":2}",
          "\"\u0001\"",
          "1e999",
          "9223372036854775808",
          "1.",
          ".5",
          "1e",
          "0x10",
          "truer",
          "nul",
          "[1 2]",
          "[1",
          "{\"a\" 1}",
          "{a:1}",
          "\"\\x\"",
          "\"\\u12g4\"",
          "\"\\u12",
          "\"\\",
          "\u00a01"
        }) {
      assertTrue(refused(text).startsWith("f.json"), text);
    }
  }

  @Test
  void everyEscapeIsReadAndWrittenBackAsShortAsItCanBe() {
    var json = read("\"\\u0041\\/\\b\\t\\n\\f\\r\\\\\\\"\\u001F\\ud83d\\ude00\"").json();
    assertEquals(new Json.Text("A/\b\t\n\f\r\\\"\u001f\ud83d\ude00"), json);
    assertEquals("\"A/\\b\\t\\n\\f\\r\\\\\\\"\\u001F\ud83d\ude00\"", JsonFormat.compact(json));
  }

  @Test
  void whatIsWrongIsFoundByLineAndColumn() {
    assertTrue(refused("{\n  \"a\": 1,\n  \"a\": 2}").contains("line 3, column "));
    assertTrue(refused("[1,\n?]").contains("line 2, column 1"));
  }

  @Test
  void emptyObjectsAndArraysStayOnTheirLine() {
    var text =
        new String(JsonFormat.pretty(read("{\"a\":{},\"b\":[]}").json()), StandardCharsets.UTF_8);
    assertEquals("{\n  \"a\" : { },\n  \"b\" : [ ]\n}\n", text);
    assertEquals("{\"a\":{},\"b\":[]}", JsonFormat.compact(read(text).json()));
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    var bytes = new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'};
    assertThrows(MalformedModelException.class, () -> JsonFormat.read(bytes, "f.json"));
  }

  @Test
  void depthAndSizeAreBounded() {
    assertTrue(refused("[".repeat(200) + "]".repeat(200)).contains("depth"));
    assertTrue(refused("[" + "0,".repeat(JsonFormat.VALUES) + "0]").contains("1000000"));
    assertTrue(refused("\"" + "a".repeat(2 << 20) + "\"").contains("length"));
    assertTrue(refused("1".repeat(2000)).contains("length"));
  }

  @Test
  void fieldsThatAreMissingUnknownOrOfAnotherKindSayWhere() {
    var json = read("{\"a\": {\"b\": [1, \"x\"]}}");
    assertEquals(
        "f.json: a.b[1]: \"x\"; expected a whole number from 0 to 9",
        message(() -> json.get("a").get("b").items().get(1).whole(0, 9)));
    assertTrue(message(() -> json.get("a").get("c")).contains("found [b]"));
    assertTrue(message(() -> json.only("b", "c")).startsWith("f.json: a: an unknown field"));
    assertTrue(message(() -> json.get("a").text()).contains("an object; expected a string"));
    assertTrue(message(() -> json.get("a").get("b").truth()).contains("an array of 2"));
  }

  private static String message(org.junit.jupiter.api.function.Executable executable) {
    return assertThrows(MalformedModelException.class, executable).getMessage();
  }
}
