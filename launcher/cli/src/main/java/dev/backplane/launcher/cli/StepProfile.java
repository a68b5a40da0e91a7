package dev.backplane.launcher.cli;

import dev.backplane.Backplane;
import dev.backplane.Target;
import dev.backplane.Training;
import dev.backplane.Training.Measured;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the time of a training step goes.
 *
 * @param steps how many were measured
 * @param rows what runs, longest first
 * @param peaks of the device; empty where no work is known that could be measured against them
 */
record StepProfile(int steps, List<Measured> rows, Optional<Peaks> peaks) {
  private static final double SECONDS = 2;
  private static final int MOST_STEPS = 2_000;

  /**
   * Measures further steps.
   *
   * @param stepMicros how long one takes, to know how many to measure
   */
  static StepProfile of(Backplane backplane, Target target, Training training, double stepMicros) {
    int steps = (int) Math.clamp(Math.round(SECONDS * 1e6 / stepMicros), 5, MOST_STEPS);
    var rows =
        training.measure(steps).stream()
            .sorted(Comparator.comparingDouble(Measured::nanos).reversed())
            .toList();
    boolean known = rows.stream().anyMatch(row -> row.kernel().flops() > 0);
    return new StepProfile(
        steps, rows, known ? Optional.of(Peaks.measure(backplane, target)) : Optional.empty());
  }

  double totalNanos() {
    return rows.stream().mapToDouble(Measured::nanos).sum();
  }

  private Optional<Double> share(Measured row) {
    var kernel = row.kernel();
    return kernel.flops() == 0 && kernel.bytes() == 0
        ? Optional.empty()
        : peaks.map(peak -> peak.share(kernel.flops(), kernel.bytes(), row.nanos()));
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "  where it goes, mean of %d steps in which one thing waits for the other: %.1f µs%n",
        steps,
        totalNanos() / 1e3);
    peaks.ifPresent(peak -> out.println("  " + peak));
    out.printf(
        "  %10s %6s %10s %10s %8s %8s  %-9s %s%n",
        "µs",
        "share",
        "kFLOP",
        "kB",
        "GFLOP/s",
        "of peak",
        "device",
        "what (by what means): layers");
    for (var row : rows) {
      var kernel = row.kernel();
      out.printf(
          Locale.ROOT,
          "  %10.2f %5.1f%% %10.1f %10.1f %8s %8s  %-9s %s (%s)%s%n",
          row.nanos() / 1e3,
          100 * row.nanos() / totalNanos(),
          kernel.flops() / 1e3,
          kernel.bytes() / 1e3,
          kernel.flops() == 0
              ? ""
              : String.format(Locale.ROOT, "%.1f", kernel.flops() / row.nanos()),
          share(row).map(share -> String.format(Locale.ROOT, "%.0f%%", 100 * share)).orElse(""),
          row.device(),
          kernel.name(),
          kernel.implementation(),
          kernel.origin().isEmpty() ? "" : ": " + kernel.origin());
    }
  }

  void print(JsonLines json) {
    for (var row : rows) {
      var kernel = row.kernel();
      var fields = new LinkedHashMap<String, Object>();
      fields.put("event", "kernel");
      fields.put("device", row.device());
      fields.put("name", kernel.name());
      fields.put("implementation", kernel.implementation());
      fields.put("origin", kernel.origin());
      fields.put("nodes", kernel.nodes());
      fields.put("micros", row.nanos() / 1e3);
      fields.put("flops", kernel.flops());
      fields.put("bytes", kernel.bytes());
      share(row).ifPresent(share -> fields.put("shareOfPeak", share));
      json.print(fields);
    }
    var fields = new LinkedHashMap<String, Object>();
    fields.put("event", "profile");
    fields.put("steps", steps);
    fields.put("micros", totalNanos() / 1e3);
    peaks.ifPresent(
        peak -> {
          fields.put("peakFlopsPerSecond", peak.flops());
          fields.put("peakCacheBytesPerSecond", peak.cacheBytes());
          fields.put("peakMemoryBytesPerSecond", peak.memoryBytes());
        });
    json.print(fields);
  }
}
