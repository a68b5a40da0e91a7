package dev.backplane.kit.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Offsets of scratch blocks in one arena such that no two blocks that live at one time overlap.
 *
 * <p>The largest block is placed first, each at the lowest place that is free for the whole of its
 * life: greedy by size, which stays within a few percent of the best plan for the graphs of neural
 * networks (Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020).
 *
 * @param offsets the place of each block, in the order they were given
 * @param bytes the size of the arena
 */
public record MemoryPlan(List<Long> offsets, long bytes) {
  /** Copies the offsets. */
  public MemoryPlan {
    offsets = List.copyOf(offsets);
  }

  /**
   * Plans.
   *
   * @param blocks the blocks
   * @param alignment a power of two; every offset, and the size of the arena, is a multiple of it
   */
  public static MemoryPlan of(List<Lifetime> blocks, long alignment) {
    if (Long.bitCount(alignment) != 1) {
      throw new IllegalArgumentException(
          "MemoryPlan C1: the alignment is a power of two, found " + alignment);
    }
    var order = new ArrayList<Integer>();
    for (int i = 0; i < blocks.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingLong((Integer i) -> -blocks.get(i).bytes()));
    var offsets = new long[blocks.size()];
    var placed = new ArrayList<Integer>();
    long end = 0;
    for (int block : order) {
      long size = aligned(blocks.get(block).bytes(), alignment);
      offsets[block] = lowestGap(blocks, offsets, placed, block, size, alignment);
      placed.add(block);
      end = Math.max(end, Math.addExact(offsets[block], size));
    }
    var list = new ArrayList<Long>();
    for (long offset : offsets) {
      list.add(offset);
    }
    return new MemoryPlan(list, end);
  }

  private static long lowestGap(
      List<Lifetime> blocks,
      long[] offsets,
      List<Integer> placed,
      int block,
      long size,
      long alignment) {
    var neighbours =
        placed.stream()
            .filter(other -> blocks.get(other).meets(blocks.get(block)))
            .sorted(Comparator.comparingLong(other -> offsets[other]))
            .toList();
    long candidate = 0;
    for (int other : neighbours) {
      if (offsets[other] - candidate >= size) {
        return candidate;
      }
      long behind = offsets[other] + aligned(blocks.get(other).bytes(), alignment);
      candidate = Math.max(candidate, behind);
    }
    return candidate;
  }

  private static long aligned(long bytes, long alignment) {
    return Math.addExact(bytes, alignment - 1) & -alignment;
  }
}
