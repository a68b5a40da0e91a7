package dev.backplane.backend.tpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.backend.tpu.programs.ProgramCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compiled programs serve the next process; files that are not what they should be do no harm. */
class KeptProgramsTest {
  private static final Logger LOGGER = Logger.getLogger(ProgramCache.class.getName());

  @TempDir Path cache;

  private static String compiled(TestPlugins which) {
    return switch (which) {
      case XLA_CPU -> "xla:cpu:pjrt-0.81";
      case LAMMPS_JAX_CPU -> "xla:cpu:pjrt-0.115";
    };
  }

  private Path entry() throws IOException {
    try (var files = Files.list(cache.resolve("pjrt-programs"))) {
      var all = files.toList();
      assertEquals(1, all.size(), all::toString);
      return all.getFirst();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSecondProcessCompilesNothing(TestPlugins which) throws Exception {
    for (int replicas = 1; replicas <= 2; replicas++) {
      var state = " " + (float) (5 * replicas);
      assertEquals(compiled(which) + state, KeptProgram.run(which.file(), cache, replicas));
      var process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "--class-path",
                  System.getProperty("java.class.path"),
                  KeptProgram.class.getName(),
                  which.file().toString(),
                  cache.toString(),
                  String.valueOf(replicas))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      var said = new String(process.getInputStream().readAllBytes()).strip();
      assertTrue(process.waitFor(1, TimeUnit.MINUTES));
      assertEquals(compiled(which) + ":kept" + state, said);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsBrokenIsMadeAnewAndTold(TestPlugins which) throws Exception {
    var file = which.file();
    assertEquals(compiled(which) + " 5.0", KeptProgram.run(file, cache, 1));
    var whole = Files.readAllBytes(entry());
    var changed = whole.clone();
    changed[whole.length / 2] ^= 1;
    var foreign = whole.clone();
    foreign[30] ^= 1;
    var cases =
        List.of(
            new Broken("expected", Arrays.copyOf(whole, whole.length / 2)),
            new Broken("does not begin", new byte[0]),
            new Broken("does not begin", Arrays.copyOf(whole, 40)),
            new Broken("have changed", changed),
            new Broken("another program", foreign));
    for (var broken : cases) {
      Files.write(entry(), broken.bytes());
      try (var log = new Log()) {
        assertEquals(compiled(which) + " 5.0", KeptProgram.run(file, cache, 1));
        assertEquals(1, log.messages.size(), log.messages::toString);
        assertTrue(log.messages.getFirst().contains(broken.reason()), log.messages::toString);
      }
      assertEquals(compiled(which) + ":kept 5.0", KeptProgram.run(file, cache, 1));
    }
  }

  /**
   * A file that is not what it should be.
   *
   * @param reason part of what is said of it
   * @param bytes of it
   */
  private record Broken(String reason, byte[] bytes) {}

  /** What is logged meanwhile. */
  private static final class Log extends Handler implements AutoCloseable {
    final List<String> messages = new ArrayList<>();

    Log() {
      LOGGER.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
      messages.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      LOGGER.removeHandler(this);
    }
  }
}
