import dev.backplane.Training;
import java.util.Comparator;
import java.util.Locale;

/** Where the time of a training's step goes, kernel by kernel, to the standard error stream. */
final class Profile {
  private static final int STEPS = 10;
  private static final int LINES = 60;

  private Profile() {}

  static void print(Training training) {
    double all = 0;
    var rows = training.measure(STEPS);
    for (var row : rows) {
      all += row.nanos();
    }
    for (var row :
        rows.stream().sorted(Comparator.comparingDouble(r -> -r.nanos())).limit(LINES).toList()) {
      System.err.printf(
          Locale.ROOT,
          "%9.1f µs %4.1f%% %7.1f GFLOP/s %6.1f GB/s %s %s (%s): %s%n",
          row.nanos() / 1e3,
          100 * row.nanos() / all,
          row.kernel().flops() / row.nanos(),
          row.kernel().bytes() / row.nanos(),
          row.device(),
          row.kernel().name(),
          row.kernel().implementation(),
          row.kernel().origin());
    }
    System.err.printf(Locale.ROOT, "%9.1f µs in all%n", all / 1e3);
  }
}
