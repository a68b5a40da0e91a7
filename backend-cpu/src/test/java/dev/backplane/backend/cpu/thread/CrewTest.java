package dev.backplane.backend.cpu.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Every part runs once, behind all of the round before, whoever runs it and however it ends. */
class CrewTest {
  private static final int SIZE = 3;

  /** Counts parts, and fails where one runs in a round whose predecessor has not ended. */
  private record Counted(int[] parts, AtomicInteger[] ended) implements Work {
    static Counted of(Random random) {
      var parts = random.ints(1 + random.nextInt(6), 1, SIZE + 1).toArray();
      var ended = new AtomicInteger[parts.length];
      for (int i = 0; i < ended.length; i++) {
        ended[i] = new AtomicInteger();
      }
      return new Counted(parts, ended);
    }

    @Override
    public int rounds() {
      return parts.length;
    }

    @Override
    public int parts(int round) {
      return parts[round];
    }

    @Override
    public void run(int round, int part) {
      if (round > 0) {
        assertEquals(parts[round - 1], ended[round - 1].get(), "the round before has ended");
      }
      if (round < parts.length - 1) {
        assertEquals(0, ended[round + 1].get(), "the next round has not begun");
      }
      ended[round].incrementAndGet();
    }
  }

  @Test
  void everyPartRunsOnceAndRoundsFollowEachOther() {
    var random = new Random(1);
    try (var crew = new Crew(SIZE, () -> {})) {
      for (int i = 0; i < 20_000; i++) {
        var work = Counted.of(random);
        crew.run(work);
        for (int round = 0; round < work.rounds(); round++) {
          assertEquals(work.parts(round), work.ended()[round].get(), "parts of round " + round);
        }
      }
    }
  }

  /** The parts stay the same, and so do the bits: only who runs them changes, from run to run. */
  @Test
  void oneThreadStaysAwayWhereItsCoreIsWanted() {
    var random = new Random(2);
    var threads = ConcurrentHashMap.<String>newKeySet();
    try (var crew = new Crew(SIZE, () -> {})) {
      for (int i = 0; i < 5_000; i++) {
        boolean spare = random.nextBoolean();
        var work = Counted.of(random);
        crew.run(spare ? watched(work, threads) : work, spare);
        for (int round = 0; round < work.rounds(); round++) {
          assertEquals(work.parts(round), work.ended()[round].get(), "parts of round " + round);
        }
      }
    }
    assertFalse(threads.contains("backplane-cpu-" + (SIZE - 1)), threads::toString);
  }

  private static Work watched(Work work, Set<String> threads) {
    return new Work() {
      @Override
      public int rounds() {
        return work.rounds();
      }

      @Override
      public int parts(int round) {
        return work.parts(round);
      }

      @Override
      public void run(int round, int part) {
        threads.add(Thread.currentThread().getName());
        work.run(round, part);
      }
    };
  }

  @Test
  void ofTwoThreadsTheCallersRunsAllPartsAlone() {
    var threads = ConcurrentHashMap.<String>newKeySet();
    try (var crew = new Crew(2, () -> {})) {
      crew.run(watched(rounds(50, part -> {}), threads), true);
      assertEquals(Set.of(Thread.currentThread().getName()), threads);
    }
  }

  @Test
  void anEmptyWorkEnds() {
    try (var crew = new Crew(SIZE, () -> {})) {
      crew.run(rounds(0, part -> {}));
    }
  }

  private interface Part {
    void run(int part) throws InterruptedException;
  }

  private static Work rounds(int count, Part part) {
    return new Work() {
      @Override
      public int rounds() {
        return count;
      }

      @Override
      public int parts(int round) {
        return SIZE;
      }

      @Override
      public void run(int round, int number) {
        try {
          part.run(number);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    };
  }

  /** All parts are in their run at one time, so each has a thread of its own. */
  private static Work together(CountDownLatch all, Part part) {
    return rounds(
        1,
        number -> {
          all.countDown();
          all.await();
          part.run(number);
        });
  }

  @Test
  void whatAHelperThrowsReachesTheCallerAndTheCrewWorksOn() {
    try (var crew = new Crew(SIZE, () -> {})) {
      for (Throwable thrown :
          List.of(new IllegalStateException("part"), new StackOverflowError())) {
        var by = new AtomicReference<Thread>();
        var work =
            together(
                new CountDownLatch(SIZE),
                number -> {
                  if (by.get() == null && !Thread.currentThread().getName().equals("caller")) {
                    if (by.compareAndSet(null, Thread.currentThread())) {
                      CrewTest.<RuntimeException>raise(thrown);
                    }
                  }
                });
        var name = Thread.currentThread().getName();
        Thread.currentThread().setName("caller");
        try {
          assertSame(thrown, assertThrows(thrown.getClass(), () -> crew.run(work)));
        } finally {
          Thread.currentThread().setName(name);
        }
        assertNotEquals(Thread.currentThread(), by.get());
        var next = Counted.of(new Random(2));
        crew.run(next);
        assertEquals(next.parts(0), next.ended()[0].get());
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void raise(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Test
  void aRoundThatFailsIsTheLast() {
    var runs = new AtomicInteger();
    try (var crew = new Crew(SIZE, () -> {})) {
      var work =
          rounds(
              5,
              number -> {
                runs.incrementAndGet();
                throw new IllegalStateException("each");
              });
      assertThrows(IllegalStateException.class, () -> crew.run(work));
    }
    assertEquals(SIZE, runs.get(), "parts of the first round");
  }

  @Test
  void anInterruptedCallerFinishesItsWorkAndStaysInterrupted() {
    try (var crew = new Crew(SIZE, () -> {})) {
      Thread.currentThread().interrupt();
      for (int i = 0; i < 100; i++) {
        crew.run(Counted.of(new Random(i)));
      }
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void helpersParkWhenThereIsNothingToDoWakeUpAndEndWithTheCrew() throws InterruptedException {
    var helpers = new AtomicReference<List<Thread>>(List.of());
    var entered = new AtomicInteger();
    try (var crew = new Crew(SIZE, entered::incrementAndGet)) {
      assertEquals(0, entered.get(), "no thread before there is work for it");
      for (int i = 0; i < 5; i++) {
        crew.run(together(new CountDownLatch(SIZE), number -> {}));
        helpers.set(helpers());
        for (var helper : helpers.get()) {
          while (helper.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
          }
        }
      }
      assertEquals(SIZE - 1, entered.get());
      assertEquals(SIZE - 1, helpers.get().size());
      assertTrue(helpers.get().stream().allMatch(Thread::isDaemon));
    }
    helpers.get().forEach(helper -> assertEquals(Thread.State.TERMINATED, helper.getState()));
  }

  private static List<Thread> helpers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("backplane-cpu-"))
        .filter(thread -> !thread.getName().endsWith("load"))
        .toList();
  }
}
