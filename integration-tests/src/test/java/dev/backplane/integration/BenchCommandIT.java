package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bench} tells; how long things take is nobody's business here. */
class BenchCommandIT {
  private static final List<String> SHORT =
      List.of("--warm-up", "0", "--repeats", "1", "--seconds", "0.01");

  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void launcher() {
    launcher = new Launcher(folder);
  }

  private Launcher.Result bench(String... arguments) throws Exception {
    var all = new java.util.ArrayList<>(List.of("bench", "iris-mlp", "--threads", "1"));
    all.addAll(List.of(arguments));
    var result = launcher.run(all.toArray(String[]::new));
    assertEquals(0, result.exitCode(), result::toString);
    assertFalse(result.err().contains("\tat "), result::toString);
    return result;
  }

  private static double number(String field, String line) {
    var found = Pattern.compile("\"" + field + "\":(-?[0-9.]+(E-?[0-9]+)?)").matcher(line);
    assertTrue(found.find(), () -> field + " is not in " + line);
    return Double.parseDouble(found.group(1));
  }

  @Test
  void theFirstStepIsToldAndThenTheCommandEnds() throws Exception {
    var line = bench("--device", "cpu", "--first-step", "--json").lastLine();
    assertTrue(line.startsWith("{\"event\":\"first_step\",\"recipe\":\"iris-mlp\""), line);
    double all = number("startToFirstStepMillis", line);
    assertTrue(all > number("compileMillis", line), line);
    assertTrue(number("compileMillis", line) > 0, line);
    assertFalse(line.contains("stepMicros"), line);
  }

  @Test
  void aProfileTellsEachThingThatRunsThenTheFigures() throws Exception {
    var arguments = new java.util.ArrayList<>(List.of("--device", "cpu", "--profile", "--json"));
    arguments.addAll(SHORT);
    var lines = bench(arguments.toArray(String[]::new)).lines();
    var kernels = lines.stream().filter(l -> l.startsWith("{\"event\":\"kernel\"")).toList();
    var profile = lines.get(kernels.size());
    assertTrue(profile.startsWith("{\"event\":\"profile\""), profile);
    var bench = lines.getLast();
    assertTrue(bench.startsWith("{\"event\":\"bench\",\"recipe\":\"iris-mlp\""), bench);
    assertEquals(kernels.size() + 2, lines.size(), lines::toString);

    double before = Double.POSITIVE_INFINITY;
    double sum = 0;
    for (var kernel : kernels) {
      double micros = number("micros", kernel);
      assertTrue(micros <= before, () -> "not the longest first: " + kernels);
      before = micros;
      sum += micros;
    }
    assertEquals(number("micros", profile), sum, 1e-6 * sum);

    var products = kernels.stream().filter(k -> k.contains("\"name\":\"Dot")).toList();
    // Of 16 flowers: 4 lengths to 16 units to 3 classes; forward, and back to kernels and units.
    assertEquals(
        2.0 * 16 * (4 * 16 * 2 + 16 * 3 * 3) + 16 * (16 + 3),
        products.stream().mapToDouble(k -> number("flops", k)).sum(),
        products::toString);
    for (var product : products) {
      assertTrue(product.contains("\"origin\":\"dense_"), product);
      assertTrue(number("shareOfPeak", product) > 0, product);
    }
    assertTrue(number("peakFlopsPerSecond", profile) > 0, profile);

    assertEquals(1, number("threads", bench));
    assertEquals(16, number("batch", bench));
    assertTrue(number("steps", bench) > 20, bench);
    assertTrue(number("allocatedBytesPerStep", bench) >= 0, bench);
    // Without a warm-up no form has had the time to be adopted.
    long ofDevice = kernels.stream().filter(k -> k.contains("\"device\":\"cpu\"")).count();
    assertEquals(ofDevice, number("kernels", bench), bench);
    assertTrue(bench.contains("\"scalarKernelsAtFirst\":{\"until warm\":"), bench);
    assertTrue(bench.contains("\"scalarKernelsAtLast\":{"), bench);
    assertTrue(number("median", bench) > 0, bench);
  }
}
