package dev.backplane.tck;

import dev.backplane.backend.Backend;
import dev.backplane.backend.Device;
import dev.backplane.backend.DeviceInfo;
import dev.backplane.backend.DeviceSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What became of all cases, rules and programs on one device.
 *
 * @param backend whose device it is, with version and vendor
 * @param device which
 * @param seed of cases and programs; the same seed repeats them
 * @param rows what became of the cases, for each primitive; then of rules and programs
 * @param failures the first of each row, in full
 * @param seconds how long it took
 */
public record Report(
    String backend,
    DeviceInfo device,
    long seed,
    List<Row> rows,
    List<String> failures,
    double seconds) {
  private static final int PROGRAMS = 300;

  /** Copies. */
  public Report {
    rows = List.copyOf(rows);
    failures = List.copyOf(failures);
  }

  /**
   * What became of the cases of one primitive.
   *
   * @param name the primitive, {@code rules} or {@code programs}
   * @param passed within the tolerance
   * @param failed wrong, or thrown
   * @param unsupported which the device says itself that it does not run
   * @param ulps the largest distance of one that passed, in units of the last place
   */
  public record Row(String name, int passed, int failed, int unsupported, double ulps) {
    private Row and(CaseResult result) {
      return switch (result) {
        case CaseResult.Passed(var subject, double distance) ->
            new Row(name, passed + 1, failed, unsupported, Math.max(ulps, distance));
        case CaseResult.Failed wrong -> new Row(name, passed, failed + 1, unsupported, ulps);
        case CaseResult.DeclaredUnsupported no ->
            new Row(name, passed, failed, unsupported + 1, ulps);
      };
    }
  }

  /**
   * Runs everything.
   *
   * @param device of the backend, usable
   * @param reference the backend that says what is right
   * @param progress is told of each primitive as it begins
   */
  public static Report run(
      Backend backend, DeviceInfo device, Backend reference, long seed, Consumer<String> progress) {
    long begin = System.nanoTime();
    var rows = new TreeMap<String, Row>();
    var failures = new LinkedHashMap<String, String>();
    var settings = DeviceSettings.defaults();
    try (var subject = backend.open(List.of(device), settings);
        var oracle = reference.open(List.of(reference.devices().getFirst()), settings)) {
      Conformance.run(
          subject,
          oracle,
          seed,
          Conformance.families(),
          result -> {
            var name = result.subject().op().name();
            if (!rows.containsKey(name)) {
              progress.accept(name);
            }
            rows.put(name, rows.getOrDefault(name, new Row(name, 0, 0, 0, 0)).and(result));
            if (result instanceof CaseResult.Failed failed) {
              failures.putIfAbsent(name, failed.message());
            }
          });
      var all = new ArrayList<>(rows.values());
      progress.accept("rules");
      all.add(rules(backend, device, failures));
      progress.accept("programs");
      all.add(programs(subject, oracle, seed, failures));
      var info = backend.info();
      return new Report(
          info.id() + " " + info.version() + " by " + info.vendor(),
          device,
          seed,
          all,
          List.copyOf(failures.values()),
          (System.nanoTime() - begin) / 1e9);
    }
  }

  private static Row rules(Backend backend, DeviceInfo device, Map<String, String> failures) {
    int passed = 0;
    int failed = 0;
    for (var check : Protocol.checks(backend, device).toList()) {
      try {
        check.run();
        passed++;
      } catch (AssertionError | RuntimeException e) {
        failed++;
        failures.put("rule " + check.name(), "rule \"" + check.name() + "\": " + e);
      }
    }
    return new Row("rules", passed, failed, 0, 0);
  }

  private static Row programs(
      Device subject, Device oracle, long seed, Map<String, String> failures) {
    int failed = 0;
    for (int i = 0; i < PROGRAMS; i++) {
      try {
        Conformance.programs(subject, oracle, seed + i, 1);
      } catch (AssertionError | RuntimeException e) {
        failed++;
        failures.putIfAbsent("programs", "program of seed " + (seed + i) + ": " + e.getMessage());
      }
    }
    return new Row("programs", PROGRAMS - failed, failed, 0, 0);
  }

  /**
   * Whether nothing failed, and something ran: a device that runs no case at all passes nothing.
   */
  public boolean isConformant() {
    boolean ran =
        rows.stream()
            .anyMatch(
                row ->
                    row.passed() > 0
                        && !row.name().equals("rules")
                        && !row.name().equals("programs"));
    return ran && rows.stream().allMatch(row -> row.failed() == 0);
  }

  /** The report as plain data: texts, numbers, truths, lists and maps of these. */
  public Map<String, Object> fields() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "conformance");
    fields.put("backend", backend);
    fields.put("device", device.id());
    fields.put("name", device.name());
    fields.put("properties", new TreeMap<>(device.properties()));
    fields.put("java", Runtime.version().toString());
    fields.put("seed", seed);
    fields.put("seconds", seconds);
    fields.put("conformant", isConformant());
    var table = new ArrayList<Map<String, Object>>();
    for (var row : rows) {
      var cells = new LinkedHashMap<String, Object>();
      cells.put("name", row.name());
      cells.put("passed", row.passed());
      cells.put("failed", row.failed());
      cells.put("unsupported", row.unsupported());
      cells.put("ulps", row.ulps());
      table.add(cells);
    }
    fields.put("rows", table);
    fields.put("failures", failures);
    return fields;
  }

  /** The report for people. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    text.append(backend).append(" on ").append(device.id()).append(" (");
    text.append(device.name()).append("), seed ").append(seed).append('\n');
    text.append(
        String.format("%-22s %8s %8s %12s %8s%n", "", "passed", "failed", "unsupported", "ulps"));
    int passed = 0;
    int failed = 0;
    int unsupported = 0;
    for (var row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-22s %8d %8d %12d %8.2g%n",
              row.name(),
              row.passed(),
              row.failed(),
              row.unsupported(),
              row.ulps()));
      passed += row.passed();
      failed += row.failed();
      unsupported += row.unsupported();
    }
    failures.forEach(failure -> text.append("\n").append(failure).append('\n'));
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %d passed, %d failed, %d declared unsupported, in %.0f s",
            isConformant() ? "conformant" : "not conformant",
            passed,
            failed,
            unsupported,
            seconds));
    return text.toString();
  }
}
