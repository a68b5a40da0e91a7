package dev.backplane.recipes.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads and processes that want one dataset at the same time, or die while they fetch it. */
class ManyAtOnceTest {
  private static final DatasetPin PIN = TestPins.tiny(TestPins.NPM);
  private static final String OPENED = "opened " + Archives.sha256(TestPins.IMAGES);

  @TempDir Path root;
  @TempDir Path logs;

  /** Slow enough that everybody has come before the first is done. */
  private static Mirror slow(CountDownLatch asked, int millis) throws Exception {
    return new Mirror(
        exchange -> {
          asked.countDown();
          try {
            Thread.sleep(millis);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          var file = TestPins.goodTgz();
          exchange.sendResponseHeaders(200, file.length);
          exchange.getResponseBody().write(file);
        });
  }

  @Test
  void threadsShareOneFetch() throws Exception {
    var events = Collections.synchronizedList(new ArrayList<FetchEvent>());
    try (var mirror = slow(new CountDownLatch(1), 500);
        var threads = Executors.newFixedThreadPool(4)) {
      var cache =
          new DatasetCache(TestPins.settings(root, Map.of("npm", mirror.base())), events::add);
      List<Future<DatasetFiles>> opened = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        opened.add(threads.submit(() -> cache.open(PIN)));
      }
      for (var files : opened) {
        assertArrayEquals(TestPins.IMAGES, Files.readAllBytes(files.get().file("images")));
      }
      assertEquals(1, mirror.requests());
      assertEquals(3, events.stream().filter(FetchEvent.Waiting.class::isInstance).count());
    }
  }

  @Test
  void processesShareOneFetch() throws Exception {
    try (var mirror = slow(new CountDownLatch(1), 1500)) {
      var first = OneProcess.start(root, mirror.base(), logs.resolve("1"));
      var second = OneProcess.start(root, mirror.base(), logs.resolve("2"));
      assertEquals(OPENED, OneProcess.output(first, logs.resolve("1")));
      assertEquals(OPENED, OneProcess.output(second, logs.resolve("2")));
      assertEquals(1, mirror.requests());
    }
  }

  @Test
  void aProcessThatIsKilledLeavesNothingThatIsUsed() throws Exception {
    var asked = new CountDownLatch(1);
    try (var mirror = slow(asked, 1500)) {
      var killed = OneProcess.start(root, mirror.base(), logs.resolve("1"));
      assertTrue(asked.await(30, TimeUnit.SECONDS), "the process never asked");
      killed.destroyForcibly().waitFor();
      var next = OneProcess.start(root, mirror.base(), logs.resolve("2"));
      assertEquals(OPENED, OneProcess.output(next, logs.resolve("2")));
    }
    try (var files = Files.list(root.resolve("datasets"))) {
      assertEquals(
          List.of("." + PIN.entryName() + ".lock", PIN.entryName()),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void aDiskThatFillsIsItsOwnErrorAndLeavesNothing() throws Exception {
    try (var mirror = Mirror.of(TestPins.goodTgz())) {
      // A limit of 16 KiB per file fails the write as a full disk does, and needs no rights.
      var process =
          OneProcess.start(
              root,
              mirror.base(),
              logs.resolve("1"),
              "bash",
              "-c",
              "ulimit -f 16; exec \"$@\"",
              "-");
      var output = OneProcess.output(process, logs.resolve("1"));
      assertTrue(
          output.startsWith("CACHE_NOT_WRITABLE dataset tiny: cannot write " + root), output);
      assertTrue(output.contains("bytes are needed"), output);
      assertTrue(output.contains("BACKPLANE_CACHE"), output);
    }
    try (var files = Files.list(root.resolve("datasets"))) {
      assertEquals(
          List.of("." + PIN.entryName() + ".lock"),
          files.map(file -> file.getFileName().toString()).toList());
    }
  }
}
