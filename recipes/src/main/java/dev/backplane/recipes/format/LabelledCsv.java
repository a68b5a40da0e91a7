package dev.backplane.recipes.format;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.util.Arrays;
import java.util.List;

/**
 * A small table of examples with a class each. The first line gives the number of examples, the
 * number of features and the names of the classes; every further line gives an example's features
 * and the index of its class: {@code 150,4,setosa,versicolor,virginica} and {@code
 * 5.1,3.5,1.4,0.2,0}.
 *
 * @param features how many features an example has
 * @param classes the names of the classes
 * @param rows the examples
 */
public record LabelledCsv(int features, List<String> classes, List<Row> rows) {
  private static final int MOST_ROWS = 10_000_000;

  /** Copies the lists. */
  public LabelledCsv {
    classes = List.copyOf(classes);
    rows = List.copyOf(rows);
  }

  /**
   * An example.
   *
   * @param values its features
   * @param label the index of its class
   */
  public record Row(List<Float> values, int label) {
    /** Copies the values. */
    public Row {
      values = List.copyOf(values);
    }
  }

  /**
   * Reads a table to its end.
   *
   * @param where what to call it in messages
   * @throws MalformedDataException if it is no such table, naming the line
   * @throws IOException if {@code in} cannot be read
   */
  public static LabelledCsv read(String where, Reader in) throws IOException {
    var lines = new BufferedReader(in);
    var first = lines.readLine();
    var header = first == null ? new String[0] : first.split(",");
    if (header.length < 3) {
      throw new MalformedDataException(
          where + " line 1",
          "the number of examples, the number of features and the names of the classes",
          first == null ? "nothing" : "\"" + first + "\"");
    }
    int count = integer(where + " line 1", header[0], MOST_ROWS);
    int features = integer(where + " line 1", header[1], 100_000);
    var classes = Arrays.asList(header).subList(2, header.length);
    var rows = new Row[count];
    for (int i = 0; i < count; i++) {
      var line = lines.readLine();
      var place = where + " line " + (i + 2);
      if (line == null) {
        throw new MalformedDataException(place, count + " examples", "the end after " + i);
      }
      rows[i] = row(place, line, features, classes.size());
    }
    var more = lines.readLine();
    if (more != null) {
      throw new MalformedDataException(
          where + " line " + (count + 2), "the end after " + count + " examples", "more");
    }
    return new LabelledCsv(features, classes, List.of(rows));
  }

  private static Row row(String place, String line, int features, int classes) {
    var cells = line.split(",");
    if (cells.length != features + 1) {
      throw new MalformedDataException(
          place, features + " features and a class", cells.length + " values");
    }
    var values = new Float[features];
    for (int i = 0; i < features; i++) {
      values[i] = number(place, cells[i]);
    }
    return new Row(List.of(values), integer(place, cells[features], classes - 1));
  }

  private static float number(String place, String cell) {
    try {
      float value = Float.parseFloat(cell.strip());
      if (Float.isFinite(value)) {
        return value;
      }
      throw new MalformedDataException(place, "a finite number", cell);
    } catch (NumberFormatException e) {
      throw new MalformedDataException(place, "a number", "\"" + cell + "\"", e);
    }
  }

  private static int integer(String place, String cell, int most) {
    var expected = "an integer from 0 to " + most;
    try {
      int value = Integer.parseInt(cell.strip());
      if (value >= 0 && value <= most) {
        return value;
      }
      throw new MalformedDataException(place, expected, cell);
    } catch (NumberFormatException e) {
      throw new MalformedDataException(place, expected, "\"" + cell + "\"", e);
    }
  }
}
