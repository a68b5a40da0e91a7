package dev.backplane.kit.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Blocks that live at one time never overlap, and memory is reused where they do not. */
class MemoryPlanTest {
  private static final int ALIGNMENT = 64;

  @Test
  void blocksThatLiveAtOneTimeNeverOverlap() {
    for (int seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      var blocks = new ArrayList<Lifetime>();
      int steps = 1 + random.nextInt(20);
      for (int i = random.nextInt(25); i > 0; i--) {
        int first = random.nextInt(steps);
        blocks.add(
            new Lifetime(random.nextInt(1000), first, first + random.nextInt(steps - first)));
      }
      var plan = MemoryPlan.of(blocks, ALIGNMENT);
      for (int a = 0; a < blocks.size(); a++) {
        long start = plan.offsets().get(a);
        assertEquals(0, start % ALIGNMENT, "seed " + seed);
        assertTrue(start + blocks.get(a).bytes() <= plan.bytes(), "seed " + seed);
        for (int b = 0; b < a; b++) {
          boolean apart =
              start + blocks.get(a).bytes() <= plan.offsets().get(b)
                  || plan.offsets().get(b) + blocks.get(b).bytes() <= start;
          assertTrue(
              apart || !blocks.get(a).meets(blocks.get(b)), "seed " + seed + ": " + a + ", " + b);
        }
      }
    }
  }

  @Test
  void aChainNeedsTheMemoryOfTwoLinks() {
    var blocks = new ArrayList<Lifetime>();
    for (int i = 0; i < 50; i++) {
      blocks.add(new Lifetime(640, i, i + 1));
    }
    assertEquals(1280, MemoryPlan.of(blocks, ALIGNMENT).bytes());
  }

  @Test
  void nothingNeedsNothing() {
    assertEquals(0, MemoryPlan.of(List.of(), ALIGNMENT).bytes());
  }

  @Test
  void aLifetimeThatEndsBeforeItBeginsIsRefused() {
    var refused = assertThrows(IllegalArgumentException.class, () -> new Lifetime(8, 3, 2));
    assertTrue(refused.getMessage().startsWith("Lifetime C1"), refused.getMessage());
  }
}
