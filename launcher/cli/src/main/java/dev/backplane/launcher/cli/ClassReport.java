package dev.backplane.launcher.cli;

import dev.backplane.launcher.plots.Confusion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Precision, recall and F1 of each class. */
final class ClassReport {
  private static final String HEAD = "class";

  private ClassReport() {}

  /** A table for people. */
  static List<String> lines(Confusion confusion) {
    int width =
        Math.max(
            HEAD.length(), confusion.classes().stream().mapToInt(String::length).max().orElse(0));
    var form = "%-" + width + "s  %9s  %6s  %6s  %8s";
    var lines = new ArrayList<String>();
    lines.add(String.format(Locale.ROOT, form, HEAD, "precision", "recall", "f1", "examples"));
    for (int label = 0; label < confusion.classes().size(); label++) {
      lines.add(
          String.format(
              Locale.ROOT,
              form,
              confusion.classes().get(label),
              share(confusion.precision(label)),
              share(confusion.recall(label)),
              share(confusion.f1(label)),
              confusion.examples(label)));
    }
    return lines;
  }

  private static String share(double share) {
    return String.format(Locale.ROOT, "%.4f", share);
  }

  /** The same for programs. */
  static List<Map<String, Object>> fields(Confusion confusion) {
    return IntStream.range(0, confusion.classes().size())
        .mapToObj(label -> fields(confusion, label))
        .toList();
  }

  private static Map<String, Object> fields(Confusion confusion, int label) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("class", confusion.classes().get(label));
    fields.put("precision", confusion.precision(label));
    fields.put("recall", confusion.recall(label));
    fields.put("f1", confusion.f1(label));
    fields.put("examples", confusion.examples(label));
    return fields;
  }
}
