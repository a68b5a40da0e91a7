package dev.backplane.data;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** Some of other examples. */
final class Selected implements Examples {
  private final Examples all;
  private final int[] selection;
  private final ThreadLocal<int[]> scratch = ThreadLocal.withInitial(() -> new int[0]);

  Selected(Examples all, int[] selection) {
    this.all = all;
    this.selection = selection.clone();
    int size = all.size();
    for (int row : this.selection) {
      if (row < 0 || row >= size) {
        throw new IndexOutOfBoundsException("example " + row + " of " + size);
      }
    }
  }

  @Override
  public int size() {
    return selection.length;
  }

  @Override
  public List<Feature> inputs() {
    return all.inputs();
  }

  @Override
  public List<Feature> targets() {
    return all.targets();
  }

  @Override
  public Examples epoch(int epoch) {
    var then = all.epoch(epoch);
    return then == all ? this : new Selected(then, selection);
  }

  /** Allocates nothing but, once for each thread, room for the largest batch's indices. */
  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    var mapped = scratch.get();
    if (mapped.length < count) {
      mapped = new int[count];
      scratch.set(mapped);
    }
    for (int i = 0; i < count; i++) {
      mapped[i] = selection[rows[from + i]];
    }
    all.gather(field, mapped, 0, count, target);
  }

  @Override
  public String toString() {
    return selection.length + " of " + all;
  }
}
