package dev.backplane.backend.cpu.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is adopted stays only as long as its runs allocate nothing. */
class WarmthTest {
  private static final long PATIENCE = 60_000_000_000L;

  /** A fast form that allocates nothing when rehearsed. */
  private static final class Form {
    private final List<String> past = new ArrayList<>();
    private final Cold cold =
        Succession.of("form", "slow", () -> "fast", _ -> () -> {}).cold().orElseThrow();
    private final Cold noted =
        new Cold() {
          @Override
          public String name() {
            return cold.name();
          }

          @Override
          public Rehearsal rehearse() {
            return cold.rehearse();
          }

          @Override
          public void adopt() {
            past.add("adopted");
            cold.adopt();
          }

          @Override
          public void retreat() {
            past.add("retreated");
            cold.retreat();
          }
        };

    private void runUntil(Warmth warmth, int events) throws InterruptedException {
      for (long end = System.nanoTime() + PATIENCE; past.size() < events; Thread.sleep(1)) {
        assertTrue(System.nanoTime() < end, past::toString);
        warmth.beforeRun();
        warmth.afterRun();
      }
    }
  }

  private static Object kept = new Object();

  @Test
  void aFormThatAllocatesInEarnestIsWarmedUpAgain() throws Exception {
    try (var warmer = new Warmer()) {
      var form = new Form();
      var warmth = new Warmth(warmer, List.of(form.noted));
      form.runUntil(warmth, 1);
      assertEquals(List.of("adopted"), form.past);
      warmth.beforeRun();
      kept = new byte[1 << 20];
      warmth.afterRun();
      assertEquals(List.of("adopted", "retreated"), form.past);
      form.runUntil(warmth, 3);
      assertEquals(List.of("adopted", "retreated", "adopted"), form.past);
    }
    assertTrue(kept instanceof byte[]);
  }

  /** There are JVMs on which nothing helps: then what is faster most of the time stays. */
  @Test
  void aFormThatAlwaysAllocatesStaysAfterSomeTrials() throws Exception {
    try (var warmer = new Warmer()) {
      var form = new Form();
      var warmth = new Warmth(warmer, List.of(form.noted));
      for (int trial = 0; trial < 5; trial++) {
        form.runUntil(warmth, 2 * trial + 1);
        warmth.beforeRun();
        kept = new byte[1 << 20];
        warmth.afterRun();
        assertEquals("retreated", form.past.getLast());
      }
      form.runUntil(warmth, 11);
      for (int i = 0; i < 10; i++) {
        warmth.beforeRun();
        kept = new byte[1 << 20];
        warmth.afterRun();
      }
      assertEquals("adopted", form.past.getLast());
      assertFalse(warmth.beforeRun(), "nobody waits for the compiler any more");
    }
  }

  @Test
  void aSuccessionGoesForthAndBack() {
    var forms = Succession.of("form", "slow", () -> "fast", _ -> () -> {});
    var cold = forms.cold().orElseThrow();
    assertEquals("slow", forms.now());
    cold.rehearse().close();
    cold.adopt();
    assertEquals("fast", forms.now());
    cold.retreat();
    assertEquals("slow", forms.now());
  }
}
