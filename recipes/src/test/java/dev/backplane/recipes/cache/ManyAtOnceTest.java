package dev.backplane.recipes.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Answers when it is told to, so that everybody has come before the first is done. */
  private static Mirror held(CountDownLatch asked, CountDownLatch answer) throws Exception {
    return new Mirror(
        exchange -> {
          asked.countDown();
          try {
            answer.await(60, TimeUnit.SECONDS);
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
    var answer = new CountDownLatch(3);
    try (var mirror = held(new CountDownLatch(1), answer);
        var threads = Executors.newFixedThreadPool(4)) {
      var cache =
          new DatasetCache(
              TestPins.settings(root, Map.of("npm", mirror.base())),
              event -> {
                if (event instanceof FetchEvent.Waiting) {
                  answer.countDown();
                }
              });
      List<Future<DatasetFiles>> opened = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        opened.add(threads.submit(() -> cache.open(PIN)));
      }
      for (var files : opened) {
        assertArrayEquals(TestPins.IMAGES, Files.readAllBytes(files.get().file("images")));
      }
      assertEquals(1, mirror.requests());
      assertEquals(0, answer.getCount());
    }
  }

  @Test
  void processesShareOneFetch() throws Exception {
    var answer = new CountDownLatch(1);
    try (var mirror = held(new CountDownLatch(1), answer)) {
      var first = OneProcess.start(root, mirror.base(), logs.resolve("1"));
      var second = OneProcess.start(root, mirror.base(), logs.resolve("2"));
      for (int i = 0; i < 300 && !oneWaits(); i++) {
        Thread.sleep(100);
      }
      answer.countDown();
      var outputs =
          List.of(
              OneProcess.output(first, logs.resolve("1")),
              OneProcess.output(second, logs.resolve("2")));
      assertEquals(List.of(OPENED, "waiting\n" + OPENED), outputs.stream().sorted().toList());
      assertEquals(1, mirror.requests());
    }
  }

  private boolean oneWaits() throws IOException {
    return Files.readString(logs.resolve("1")).contains("waiting")
        || Files.readString(logs.resolve("2")).contains("waiting");
  }

  @Test
  void aProcessThatIsKilledLeavesNothingThatIsUsed() throws Exception {
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    try (var mirror = held(asked, answer)) {
      var killed = OneProcess.start(root, mirror.base(), logs.resolve("1"));
      assertTrue(asked.await(30, TimeUnit.SECONDS), "the process never asked");
      killed.destroyForcibly().waitFor();
      assertEquals(2, entries().size(), "the killed process left its lock and a partial folder");
      answer.countDown();
      var next = OneProcess.start(root, mirror.base(), logs.resolve("2"));
      assertEquals(OPENED, OneProcess.output(next, logs.resolve("2")));
    }
    assertEquals(List.of("." + PIN.entryName() + ".lock", PIN.entryName()), entries());
  }

  private List<String> entries() throws IOException {
    try (var files = Files.list(root.resolve("datasets"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
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
    assertEquals(List.of("." + PIN.entryName() + ".lock"), entries());
  }
}
