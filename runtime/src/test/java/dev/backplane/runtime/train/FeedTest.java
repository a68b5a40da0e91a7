package dev.backplane.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.data.Batches;
import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class FeedTest {
  private static List<String> batches(Batches batches, int epoch, int batch, boolean ahead) {
    var seen = new ArrayList<String>();
    try (var feed = new Feed(batches, epoch, batch, 5, ahead, List.of())) {
      for (int i = epoch * batches.count() + batch; i < 5 * batches.count(); i++) {
        var staged = feed.next();
        var text = new StringBuilder();
        text.append(staged.form().batch());
        var features = Fields.of(batches.examples()).all();
        for (int field = 0; field < features.size(); field++) {
          long bytes = features.get(field).batch(staged.form().batch()).bytes();
          var data = staged.segments().get(field).asSlice(0, bytes);
          text.append(Arrays.toString(data.toArray(ValueLayout.JAVA_BYTE)));
        }
        seen.add(text.toString());
        feed.release();
      }
    }
    return seen;
  }

  @Test
  void gatheredAheadOrOnDemandTheBatchesAreTheSame() {
    var onDemand = batches(Tiny.train(), 0, 0, false);
    assertEquals(5 * 7, onDemand.size());
    assertEquals(onDemand, batches(Tiny.train(), 0, 0, true));
    assertTrue(onDemand.get(6).startsWith("4["), "the last of an epoch is smaller");
  }

  @Test
  void begunInTheMiddleTheyAreTheRestOfThem() {
    var all = batches(Tiny.train(), 0, 0, true);
    assertEquals(all.subList(2 * 7 + 3, all.size()), batches(Tiny.train(), 2, 3, true));
  }

  @Test
  void aFailureOfTheExamplesComesOutWhereABatchIsTaken() {
    for (boolean ahead : new boolean[] {true, false}) {
      var failure = new IllegalStateException("unreadable");
      var batches = new Batches(new Failing(failure), 4, java.util.OptionalLong.empty());
      try (var feed = new Feed(batches, 0, 0, 1, ahead, List.of())) {
        feed.next();
        feed.release();
        assertSame(failure, assertThrows(IllegalStateException.class, feed::next));
      }
    }
  }

  @Test
  void behindTheLastBatchThereIsAnErrorAndNoWaiting() {
    for (boolean ahead : new boolean[] {true, false}) {
      try (var feed = new Feed(Tiny.train(), 4, 0, 5, ahead, List.of())) {
        for (int i = 0; i < Tiny.train().count(); i++) {
          feed.next();
          feed.release();
        }
        var failure = assertThrows(IllegalStateException.class, feed::next);
        assertTrue(failure.getMessage().contains("has ended"), failure.getMessage());
      }
    }
  }

  @Test
  void closingEndsAThreadThatWaitsForRoom() throws InterruptedException {
    var feed = new Feed(Tiny.train(), 0, 0, 1000, true, List.of());
    Thread.sleep(20);
    feed.close();
    feed.close();
    assertThrows(IllegalStateException.class, () -> drain(feed));
  }

  private static void drain(Feed feed) {
    while (true) {
      feed.next();
      feed.release();
    }
  }

  @Test
  void anotherThreadMayTakeThanTheOneThatOpened() throws Exception {
    var examples = new Slow(Tiny.quadrants(64));
    try (var feed = new Feed(examples.batch(4), 0, 0, 1, true, List.of())) {
      var taken = new AtomicInteger();
      var taker =
          new Thread(
              () -> {
                for (int i = 0; i < 16; i++) {
                  feed.next();
                  feed.release();
                  taken.incrementAndGet();
                }
              });
      taker.start();
      taker.join();
      assertEquals(16, taken.get());
    }
  }

  /** Takes its time, so that whoever takes must wait. */
  private record Slow(Examples examples) implements Examples {
    @Override
    public int size() {
      return examples.size();
    }

    @Override
    public List<Feature> inputs() {
      return examples.inputs();
    }

    @Override
    public List<Feature> targets() {
      return examples.targets();
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      LockSupport.parkNanos(Duration.ofMillis(3).toNanos());
      examples.gather(field, rows, from, count, target);
    }
  }

  /** Rows of 1 to 8 ids, the shorter ones padded. */
  private record Words(int size) implements Examples {
    @Override
    public List<Feature> inputs() {
      return List.of(Feature.of("words", TensorType.of(DType.I32, 8)));
    }

    @Override
    public List<Feature> targets() {
      return List.of();
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      for (int i = 0; i < 8 * count; i++) {
        int id = i % 8 <= rows[from + i / 8] % 8 ? 1 : 0;
        target.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, id);
      }
    }
  }

  @Test
  void takingABatchAllocatesNothing() throws Exception {
    takingAllocatesNothing(Tiny.quadrants(64_000).shuffle(1).batch(16));
  }

  @Test
  void takingABatchOfLikeLengthAllocatesNothingEither() throws Exception {
    takingAllocatesNothing(new Words(64_000).bucketed(List.of(2, 5, 8)).shuffle(1).batch(16));
  }

  @Test
  void aBatchSaysHowLongItsRowsAre() {
    var batches = new Words(100).bucketed(List.of(2, 5, 8)).shuffle(1).batch(16);
    var order = batches.order(0);
    try (var feed = new Feed(batches, 0, 0, 1, false, List.of())) {
      for (int i = 0; i < batches.count(); i++) {
        int count = Math.min(16, 100 - 16 * i);
        assertEquals(new Form(count, batches.length(order, i), 8), feed.next().form());
        feed.release();
      }
    }
  }

  private static void takingAllocatesNothing(Batches batches) throws Exception {
    for (boolean ahead : new boolean[] {true, false}) {
      try (var feed = new Feed(batches, 0, 0, 1, ahead, List.of())) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        for (int i = 0; i < 500; i++) {
          feed.next();
          feed.release();
        }
        long before = allocated();
        for (int i = 0; i < 1000 && System.nanoTime() < deadline; i++) {
          feed.next();
          feed.release();
        }
        long bytes = allocated() - before;
        assertTrue(bytes < 8000, bytes + " bytes for 1000 batches, ahead: " + ahead);
      }
    }
  }

  /** Bytes this thread has allocated; by reflection, as the module does not read the bean's. */
  private static long allocated() throws Exception {
    var bean =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    return (long)
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getThreadAllocatedBytes", long.class)
            .invoke(bean, Thread.currentThread().threadId());
  }

  /** Gives one batch, then fails. */
  private record Failing(RuntimeException failure) implements Examples {
    @Override
    public int size() {
      return 8;
    }

    @Override
    public List<Feature> inputs() {
      return Tiny.quadrants(8).inputs();
    }

    @Override
    public List<Feature> targets() {
      return Tiny.quadrants(8).targets();
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      if (from > 0) {
        throw failure;
      }
      Tiny.quadrants(8).gather(field, rows, from, count, target);
    }
  }

  /** One example, which is the number of the epoch. */
  private record OfEpoch(int epoch) implements Examples {
    @Override
    public int size() {
      return 2;
    }

    @Override
    public List<Feature> inputs() {
      return List.of(
          Feature.of("epoch", dev.backplane.tensor.TensorType.of(dev.backplane.tensor.DType.I32)));
    }

    @Override
    public List<Feature> targets() {
      return List.of();
    }

    @Override
    public Examples epoch(int epoch) {
      return new OfEpoch(epoch);
    }

    @Override
    public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
      target.set(ValueLayout.JAVA_INT_UNALIGNED, 0, epoch);
    }
  }

  @Test
  void eachEpochGathersFromItsOwnExamplesAlsoWhenBegunInTheMiddle() {
    for (boolean ahead : new boolean[] {true, false}) {
      try (var feed = new Feed(new OfEpoch(-1).batch(1), 3, 1, 6, ahead, List.of())) {
        var seen = new ArrayList<Integer>();
        for (int i = 0; i < 5; i++) {
          seen.add(feed.next().segments().getFirst().get(ValueLayout.JAVA_INT_UNALIGNED, 0));
          feed.release();
        }
        assertEquals(List.of(3, 4, 4, 5, 5), seen);
      }
    }
  }
}
