package dev.backplane.backend.cpu.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A rehearsal takes every way through the code that runs in earnest. Where it does not, the JVM
 * throws away what it compiled and makes objects of vectors, and every kernel of the program goes
 * back to scalars for a while.
 */
class LineRehearsalTest {
  private static final int SIDE = 14;

  private static Positions pooling(Window window, int channels) {
    return new Positions(
        List.of(Window.one(), window, window, Window.one()), Shape.of(2, SIDE, SIDE, channels));
  }

  /** There are loops for four elements: they may run only where never so many others lie. */
  @Test
  void fourElementsAreKnownBeforehandOrNoneOfTheLoopsBusiness() {
    assertTrue(pooling(Window.of(2, 2), 64).always(4));
    assertFalse(pooling(Window.of(2, 2, 1, 1), 64).always(4), "one in a corner, two at the edges");
    // Nine elements, six at the edges, four in a corner.
    var ofThree = pooling(Window.of(3, 2, 0, 1), 64);
    var counts = new TreeSet<Integer>();
    ofThree.start(0, ofThree.rows());
    while (ofThree.next()) {
      counts.add(ofThree.count());
    }
    assertEquals(Set.of(4, 6, 9), counts);
    assertFalse(ofThree.always(4));
  }

  @Test
  void whatPaddingCutsAndWhatLiesBehindTheLastVectorIsRehearsed() {
    int rest = 3;
    var positions = pooling(Window.of(3, 2, 0, 1), 2 * VectorReducing.LANES + rest);
    var counts = new TreeSet<Integer>();
    Reducing form =
        (_, _, offsets, count, _, _, run) -> {
          assertEquals(9, offsets.length);
          assertTrue(run == 0 || run % VectorReducing.LANES == rest, "a run of " + run);
          counts.add(count);
        };
    try (var rehearsal = LineRehearsal.of(positions, form)) {
      rehearsal.idle();
      rehearsal.work();
    }
    assertEquals(Set.of(8, 9), counts);
  }
}
