package dev.backplane.backend.cpu.scatter;

import dev.backplane.backend.cpu.warm.Rehearsal;
import dev.backplane.op.Scatter;
import java.lang.foreign.Arena;

/** Rows of f32. */
final class SlicesRehearsal implements Rehearsal {
  private static final long RUN = 25 * 16;

  /** The JVM compiles what was entered often and went round often. */
  private static final int ROWS = 3;

  private final Arena arena = Arena.ofConfined();
  private final Slices slices;
  private final long update = arena.allocate(4 * RUN, 64).address();
  private final long to = arena.allocate(4 * RUN, 64).address();

  SlicesRehearsal(Slices slices) {
    this.slices = slices;
  }

  @Override
  public void work() {
    for (int i = 0; i < ROWS; i++) {
      slices.combine(Scatter.Mode.ADD, update, to, RUN);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
