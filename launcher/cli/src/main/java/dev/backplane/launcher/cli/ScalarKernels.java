package dev.backplane.launcher.cli;

import dev.backplane.backend.CompileReport;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The kernels that run in a slower form than they have, as their reports say: those whose means are
 * {@code scalar (why)}.
 *
 * @param all how many kernels there are
 * @param reasons how many of them are held back, by reason
 */
record ScalarKernels(int all, Map<String, Integer> reasons) {
  private static final Pattern HELD_BACK = Pattern.compile("\\bscalar \\(([^)]*)\\)");

  /** Those of compiled programs, at this moment. */
  static ScalarKernels of(List<CompileReport> reports) {
    int all = 0;
    var reasons = new TreeMap<String, Integer>();
    for (var report : reports) {
      for (var kernel : report.kernels()) {
        all++;
        var found = HELD_BACK.matcher(kernel.implementation());
        if (found.find()) {
          reasons.merge(found.group(1), 1, Integer::sum);
        }
      }
    }
    return new ScalarKernels(all, reasons);
  }

  int count() {
    return reasons.values().stream().mapToInt(Integer::intValue).sum();
  }

  @Override
  public String toString() {
    return count()
        + " of "
        + all
        + " kernels"
        + reasons.entrySet().stream()
            .map(reason -> reason.getValue() + " " + reason.getKey())
            .collect(Collectors.joining(", ", " (", ")"));
  }
}
