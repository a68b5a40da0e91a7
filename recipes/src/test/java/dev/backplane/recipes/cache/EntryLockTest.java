package dev.backplane.recipes.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntryLockTest {
  private static final Duration AT_ONCE = Duration.ZERO;

  @TempDir Path folder;

  /** Another process: prints whether it gets the lock. */
  static final class Other {
    public static void main(String[] arguments) throws IOException {
      try (var channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
        System.out.print(channel.tryLock() == null ? "busy" : "free");
      }
    }
  }

  private static String seenFromAnotherProcess(Path file) throws Exception {
    var process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }

  @Test
  void whoGivesUpWaitingInThisProcessLeavesTheHoldersLockAlone() throws Exception {
    var file = folder.resolve("lock");
    var busy = new AtomicInteger();
    try (var held = EntryLock.acquire(file, AT_ONCE, busy::incrementAndGet)) {
      var gaveUp =
          assertThrows(
              IOException.class, () -> EntryLock.acquire(file, AT_ONCE, busy::incrementAndGet));
      assertTrue(gaveUp.getMessage().startsWith("somebody else has held " + file));
      assertEquals(1, busy.get());
      assertEquals("busy", seenFromAnotherProcess(file));
    }
    assertEquals("free", seenFromAnotherProcess(file));
    EntryLock.acquire(file, AT_ONCE, busy::incrementAndGet).close();
    assertEquals(1, busy.get());
  }
}
