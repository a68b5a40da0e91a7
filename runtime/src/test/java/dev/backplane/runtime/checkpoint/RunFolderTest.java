package dev.backplane.runtime.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.BackplaneException;
import dev.backplane.io.MalformedModelException;
import dev.backplane.runtime.extension.Json;
import dev.backplane.tensor.Literal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path folder;

  private static Checkpoint checkpoint(int steps) {
    var rows = new java.util.ArrayList<Map<String, Double>>();
    for (int i = 0; i < steps; i++) {
      rows.add(Map.of("train_loss", 1.0 / (i + 1)));
    }
    return new Checkpoint(
        new Checkpoint.Position(steps, steps, 0),
        rows,
        new TreeMap<>(Map.of("dense_1/kernel", Literal.of(steps, 2, 3))));
  }

  private Path state(int steps) {
    return folder.resolve(String.format("checkpoints/step-%012d/state.safetensors", steps));
  }

  @Test
  void theLastCheckpointComesBackAndOlderOnesGo() {
    try (var run = RunFolder.open(folder)) {
      assertTrue(RunFolder.last(folder).isEmpty());
      for (int i = 1; i <= 4; i++) {
        run.save(checkpoint(i));
        assertEquals(checkpoint(i), RunFolder.last(folder).orElseThrow());
      }
    }
    assertFalse(Files.exists(state(2)));
    assertTrue(Files.exists(state(3)));
  }

  @Test
  void anInfiniteFigureComesBack() {
    var odd =
        new Checkpoint(
            new Checkpoint.Position(7, 1, 3), List.of(Map.of("a", Double.NaN)), new TreeMap<>());
    try (var run = RunFolder.open(folder)) {
      run.save(odd);
    }
    assertEquals(odd, RunFolder.last(folder).orElseThrow());
  }

  @Test
  void isReadWhileATrainingGoesOnWriting() throws Exception {
    var read = new AtomicReference<Throwable>();
    try (var run = RunFolder.open(folder)) {
      run.save(checkpoint(1));
      var ended = new AtomicBoolean();
      var reader =
          new Thread(
              () -> {
                try {
                  long before = 0;
                  while (!ended.get()) {
                    long now = RunFolder.last(folder).orElseThrow().position().steps();
                    assertTrue(now >= before, now + " after " + before);
                    before = now;
                  }
                } catch (Throwable e) {
                  read.set(e);
                }
              });
      reader.start();
      for (int i = 2; i < 60 && read.get() == null; i++) {
        run.save(checkpoint(i));
      }
      ended.set(true);
      reader.join();
    }
    assertNull(read.get());
  }

  @Test
  void ofABrokenCheckpointItSaysWhichOneIsThereInstead() throws IOException {
    try (var run = RunFolder.open(folder)) {
      run.save(checkpoint(1));
      run.save(checkpoint(2));
    }
    Files.write(state(2), new byte[5]);
    var failure = assertThrows(MalformedModelException.class, () -> RunFolder.last(folder));
    var message = String.valueOf(failure.getMessage());
    assertTrue(message.startsWith(state(2).getParent() + ": a checkpoint that is not whole ("));
    assertTrue(
        message.endsWith(
            "expected a whole one; the one before it, step-000000000001, is: delete this one to go"
                + " on there"),
        message);
    Files.write(state(1), new byte[5]);
    var both = assertThrows(MalformedModelException.class, () -> RunFolder.last(folder));
    assertFalse(String.valueOf(both.getMessage()).contains("the one before it"), both::getMessage);
  }

  @Test
  void aCheckpointCutAnywhereIsMalformedAndNothingElse() throws IOException {
    try (var run = RunFolder.open(folder)) {
      run.save(checkpoint(1));
    }
    for (var file : List.of(state(1), state(1).resolveSibling("checkpoint.json"))) {
      var whole = Files.readAllBytes(file);
      int end = whole.length - (whole[whole.length - 1] == '\n' ? 1 : 0);
      for (int length = 0; length < end; length++) {
        Files.write(file, Arrays.copyOf(whole, length));
        assertThrows(MalformedModelException.class, () -> RunFolder.last(folder), "at " + length);
      }
      Files.delete(file);
      assertThrows(MalformedModelException.class, () -> RunFolder.last(folder));
      Files.write(file, whole);
    }
    assertEquals(checkpoint(1), RunFolder.last(folder).orElseThrow());
  }

  @Test
  void anyTurnedBitOfTheWeightsIsFound() throws IOException {
    try (var run = RunFolder.open(folder)) {
      run.save(checkpoint(1));
    }
    var bytes = Files.readAllBytes(state(1));
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(state(1), bytes);
      assertThrows(MalformedModelException.class, () -> RunFolder.last(folder), "bit " + bit);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void whatAKilledProcessLeftIsClearedAwayAndNeverRead() throws IOException {
    try (var run = RunFolder.open(folder)) {
      run.save(checkpoint(1));
    }
    var part = Files.createDirectories(folder.resolve("checkpoints/.step-000000000002"));
    Files.writeString(part.resolve("state.safetensors"), "half");
    assertEquals(checkpoint(1), RunFolder.last(folder).orElseThrow());
    RunFolder.open(folder).close();
    assertFalse(Files.exists(part));
  }

  @Test
  void twoTrainingsDoNotWriteToOneFolder() {
    try (var run = RunFolder.open(folder)) {
      var failure = assertThrows(BackplaneException.class, () -> RunFolder.open(folder));
      assertTrue(failure.getMessage().contains("another training"), failure.getMessage());
      assertFalse(run.isRun());
    }
    RunFolder.open(folder).close();
  }

  @Test
  void metricsAreWrittenWholeInPlaceOfWhatWasThere() throws IOException {
    try (var run = RunFolder.open(folder)) {
      run.metrics(List.of(Map.of("train_loss", 0.5), Map.of("train_loss", 0.25)));
      run.metrics(List.of(Map.of("train_loss", 0.5)));
    }
    assertEquals("epoch,train_loss\n1,0.5\n", Files.readString(folder.resolve("metrics.csv")));
  }

  @Test
  void theConfigurationComesBackAndItsLackIsSaid() {
    try (var run = RunFolder.open(folder)) {
      var failure = assertThrows(MalformedModelException.class, () -> RunFolder.config(folder));
      assertTrue(failure.getMessage().contains("config.json: no such file"), failure.getMessage());
      run.config(Json.texts(Map.of("name", "x")));
      assertTrue(run.isRun());
    }
    assertEquals("x", RunFolder.config(folder).get("name").text());
  }

  @Test
  void aFolderThatCannotBeMadeSaysWhy() throws IOException {
    var file = Files.writeString(folder.resolve("file"), "");
    var failure = assertThrows(BackplaneException.class, () -> RunFolder.open(file.resolve("run")));
    assertTrue(failure.getMessage().contains("choose another folder"), failure.getMessage());
  }

  @Test
  void anInterruptLosesNothingThatIsBeingWrittenAndIsKept() throws Exception {
    var writes = new CountDownLatch(1);
    var interruptedAtTheEnd = new AtomicBoolean();
    try (var run = RunFolder.open(folder)) {
      var failure = new AtomicReference<Throwable>();
      var writer =
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, e) -> failure.set(e))
              .start(
                  () -> {
                    writes.countDown();
                    for (int step = 1; step <= 50; step++) {
                      run.save(checkpoint(step));
                    }
                    interruptedAtTheEnd.set(Thread.currentThread().isInterrupted());
                  });
      writes.await();
      for (int i = 0; i < 20; i++) {
        writer.interrupt();
        Thread.sleep(i % 5);
      }
      writer.join();
      assertNull(failure.get());
    }
    assertTrue(interruptedAtTheEnd.get());
    assertEquals(checkpoint(50), RunFolder.last(folder).orElseThrow());
  }
}
