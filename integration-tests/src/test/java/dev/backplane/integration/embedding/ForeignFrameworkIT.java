package dev.backplane.integration.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Frameworks that are not ours, in processes that know nothing of Backplane: its bundles and those
 * of Declarative Services may be installed and started in any order.
 */
class ForeignFrameworkIT {
  private static final String TRAINED =
      "accuracy 1.00 on cpu: oneDNN and scalar kernels, because --add-modules"
          + " jdk.incubator.vector is missing";

  @TempDir private Path folder;

  /** All installed first, or each started at once; the seeds draw the orders. */
  @ParameterizedTest(name = "{0}, {1}, {3} orders from seed {2}")
  @CsvSource({
    "equinox, each, 1, 3",
    "equinox, first, 1, 2",
    "felix, each, 11, 2",
    "felix, first, 11, 1"
  })
  void inAnyOrderABackplaneAppearsThatTrains(String framework, String mode, long seed, long count)
      throws Exception {
    var arguments = new ArrayList<>(List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED"));
    arguments.add("--class-path");
    var jar =
        switch (framework) {
          case "equinox" -> Artifacts.equinox();
          case "felix" -> Artifacts.host("org.apache.felix.framework");
          default -> throw new IllegalArgumentException(framework);
        };
    arguments.add(Artifacts.path(List.of(Artifacts.tests(), jar)));
    arguments.addAll(
        List.of(ForeignHost.class.getName(), folder.resolve("storage").toString(), mode));
    arguments.addAll(List.of(Long.toString(seed), Long.toString(count)));
    Artifacts.bundles().forEach(bundle -> arguments.add(bundle.toString()));
    arguments.add(EmbeddingPage.writtenTo(folder.resolve("page")).bundle().toString());
    var result = Jvm.in(folder).java(arguments.toArray(String[]::new));
    var expected =
        LongStream.range(seed, seed + count)
            .mapToObj(
                s ->
                    mode
                        + " "
                        + s
                        + ": "
                        + TRAINED
                        + "; after SCR's restart: "
                        + TRAINED
                        + "; changed in the JVM: {}")
            .toList();
    assertEquals(expected, result.out().lines().toList(), result::toString);
    assertEquals(0, result.exitCode(), result::toString);
  }
}
