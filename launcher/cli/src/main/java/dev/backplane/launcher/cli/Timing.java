package dev.backplane.launcher.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long something takes, in microseconds.
 *
 * @param median of the repeats
 * @param min of the repeats
 * @param max of the repeats
 */
record Timing(double median, double min, double max) {
  /**
   * How a figure is measured.
   *
   * @param warmUp seconds before it is measured
   * @param repeats how many times
   * @param seconds of one time
   */
  record Lengths(double warmUp, int repeats, double seconds) {}

  /**
   * Runs for the warm-up, then takes the mean of as many runs as fit into each repeat.
   *
   * @param finish waits for what the runs have left under way
   * @param warm is called once, between the warm-up and the first repeat
   */
  static Timing of(Lengths lengths, Runnable run, Runnable finish, Runnable warm) {
    long until = System.nanoTime() + (long) (lengths.warmUp() * 1e9);
    long runs = 0;
    long start = System.nanoTime();
    do {
      run.run();
      runs++;
    } while (System.nanoTime() - until < 0);
    finish.run();
    double estimate = (System.nanoTime() - start) / 1e9 / runs;
    warm.run();
    int each = (int) Math.clamp(Math.round(lengths.seconds() / estimate), 1, 10_000_000);
    var micros = new ArrayList<Double>();
    for (int i = 0; i < lengths.repeats(); i++) {
      start = System.nanoTime();
      for (int k = 0; k < each; k++) {
        run.run();
      }
      finish.run();
      micros.add((System.nanoTime() - start) / 1e3 / each);
    }
    return of(micros);
  }

  static Timing of(List<Double> micros) {
    var sorted = micros.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Timing(median, sorted.getFirst(), sorted.getLast());
  }

  Map<String, Double> fields() {
    var fields = new LinkedHashMap<String, Double>();
    fields.put("median", median);
    fields.put("min", min);
    fields.put("max", max);
    return fields;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f µs (%.1f–%.1f)", median, min, max);
  }
}
