package dev.backplane.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code compare} trains on several devices and holds their losses against the first one's. */
class CompareCommandIT {
  @TempDir Path folder;
  private Launcher launcher;

  @BeforeEach
  void launcher() {
    launcher = new Launcher(folder);
  }

  private Launcher.Result compare(String... arguments) throws Exception {
    var all = new ArrayList<>(List.of("compare", "iris-mlp"));
    all.addAll(List.of(arguments));
    var result = launcher.run(all.toArray(String[]::new));
    assertFalse(result.err().contains("\tat "), result::toString);
    return result;
  }

  @Test
  void theCpuTrainsAsTheReferenceDoesAndExactlyAsItself() throws Exception {
    var result = compare("--device", "cpu,reference,cpu", "--steps", "30", "--batch", "32");
    assertEquals(0, result.exitCode(), result::toString);
    assertEquals(2, result.lines().size(), result::toString);
    var near = "[0-9.]+e-0[5-9]|0.0e\\+00";
    assertTrue(
        result
            .lines()
            .getFirst()
            .matches(
                "iris-mlp +reference +30 steps of +32: within; first 10: (%s) \\(bound 0.001\\), mean: (%s) \\(bound 0.02\\), last alone: (%s)"
                    .formatted(near, near, near)),
        result::toString);
    assertTrue(
        result
            .lastLine()
            .matches(
                "iris-mlp +cpu +.*: within; first 10: 0.0e\\+00 .* mean: 0.0e\\+00 .* 0.0e\\+00"),
        result::toString);
  }

  /** One unit in the last place is more than nothing. */
  @Test
  void lossesBeyondTheBoundsAreAFailure() throws Exception {
    var result =
        compare("--device", "cpu,reference", "--first-within", "0", "--set", "units=64", "--json");
    assertEquals(1, result.exitCode(), result::toString);
    var line = result.lastLine();
    assertTrue(
        line.startsWith(
            "{\"event\":\"compared\",\"recipe\":\"iris-mlp\",\"device\":\"reference\",\"with\":\"cpu\","
                + "\"seed\":1,\"steps\":100,\"batch\":16,\"within\":false,\"first\":"),
        result::toString);
    assertEquals(100, numbers(line, "expected").length, result::toString);
    assertEquals(100, numbers(line, "found").length, result::toString);
  }

  private static String[] numbers(String line, String field) {
    var from = line.substring(line.indexOf("\"" + field + "\":[") + field.length() + 4);
    return from.substring(0, from.indexOf(']')).split(",");
  }

  @Test
  void oneDeviceOrOneThatIsNotThereIsWrongUsage() throws Exception {
    var one = compare("--device", "cpu");
    assertEquals(2, one.exitCode(), one::toString);
    assertTrue(one.err().contains("expected two devices or more"), one::toString);
    assertTrue(one.err().contains("found cpu"), one::toString);

    var unknown = compare("--device", "cpu,referense");
    assertEquals(2, unknown.exitCode(), unknown::toString);
    assertTrue(unknown.err().contains("there is no device 'referense'"), unknown::toString);
    assertTrue(unknown.err().contains("reference"), unknown::toString);
  }
}
