package dev.backplane.backend.cpu.contraction;

import dev.backplane.backend.cpu.warm.Rehearsal;
import java.lang.foreign.Arena;

/** Tiles of a few terms. */
final class MicrokernelRehearsal implements Rehearsal {
  private static final int TERMS = 25;

  /** The JVM compiles what was entered often and went round often. */
  private static final int TILES = 3;

  private final Arena arena = Arena.ofConfined();
  private final Microkernel kernel;
  private final Accumulator type;
  private final long strip;
  private final long panel;
  private final long tile;

  MicrokernelRehearsal(Microkernel kernel, Accumulator type) {
    this.kernel = kernel;
    this.type = type;
    strip = arena.allocate((long) TERMS * Microkernel.ROWS * type.bytes(), 64).address();
    panel = arena.allocate((long) TERMS * Microkernel.PANEL_BYTES, 64).address();
    tile = arena.allocate((long) Microkernel.ROWS * Microkernel.PANEL_BYTES, 64).address();
  }

  @Override
  public void work() {
    for (int i = 0; i < TILES; i++) {
      kernel.run(type, strip, panel, tile, TERMS);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
