package dev.backplane.backend.cpu.kernel;

import dev.backplane.backend.cpu.warm.Rehearsal;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Step;
import java.lang.foreign.Arena;

/** A routine on as much memory as {@link Routine#rehearse} touches. */
final class RoutineRehearsal implements Rehearsal {
  /** As many as make a loop worth compiling, and few enough to be done soon while it is not. */
  static final int COLUMNS = 30 * Plan.LANES;

  /** Their values, of the widest type. */
  private static final long BYTES = 8L * COLUMNS;

  /** Addresses of the row before the first are made, and of a single value in it read. */
  private static final long BEFORE = 64;

  private final Arena arena = Arena.ofConfined();
  private final Routine routine;
  private final long[] addresses;

  RoutineRehearsal(Routine routine, Step.Fused group, long scratchBytes) {
    this.routine = routine;
    addresses = new long[group.inputs().size() + group.outputs().size() + 2];
    int at = 0;
    for (var value : group.inputs()) {
      addresses[at++] = memory(value);
    }
    for (var value : group.outputs()) {
      addresses[at++] = memory(value);
    }
    long scratch = arena.allocate(Math.max(64, scratchBytes), 64).address();
    addresses[at++] = scratch;
    addresses[at] = scratch;
  }

  private long memory(Value value) {
    return arena.allocate(BEFORE + Math.min(BYTES, value.type().bytes()), 64).address() + BEFORE;
  }

  @Override
  public void idle() {
    routine.rehearse(addresses, -1, COLUMNS);
  }

  @Override
  public void work() {
    routine.rehearse(addresses, 0, COLUMNS);
  }

  @Override
  public void close() {
    arena.close();
  }
}
