package dev.backplane.recipes.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelledCsvTest {
  private static LabelledCsv read(String text) throws IOException {
    return LabelledCsv.read("t.csv", new StringReader(text));
  }

  private static void assertRefused(String text, String message) {
    var error = assertThrows(MalformedDataException.class, () -> read(text));
    assertEquals("t.csv " + message, error.getMessage());
  }

  @Test
  void readsFeaturesAndClasses() throws IOException {
    var table = read("2,3,no,yes\n1,2.5,-3,1\n4,5,6e1,0\n");
    assertEquals(3, table.features());
    assertEquals(List.of("no", "yes"), table.classes());
    assertEquals(new LabelledCsv.Row(List.of(1f, 2.5f, -3f), 1), table.rows().get(0));
    assertEquals(new LabelledCsv.Row(List.of(4f, 5f, 60f), 0), table.rows().get(1));
  }

  @Test
  void namesTheLineAndWhatWouldFit() {
    assertRefused(
        "",
        "line 1: expected the number of examples, the number of features and the names of the"
            + " classes, found nothing");
    assertRefused("x,1,a\n", "line 1: expected an integer from 0 to 10000000, found \"x\"");
    assertRefused("2,1,a\n1,0\n", "line 3: expected 2 examples, found the end after 1");
    assertRefused("1,1,a\n1,0\n2,0\n", "line 3: expected the end after 1 examples, found more");
    assertRefused("1,2,a\n1,0\n", "line 2: expected 2 features and a class, found 2 values");
    assertRefused("1,1,a\n?,0\n", "line 2: expected a number, found \"?\"");
    assertRefused("1,1,a\nNaN,0\n", "line 2: expected a finite number, found NaN");
    assertRefused("1,1,a\n1,1\n", "line 2: expected an integer from 0 to 0, found 1");
  }
}
