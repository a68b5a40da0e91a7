package dev.backplane.backend.cpu.window;

import dev.backplane.backend.cpu.warm.Rehearsal;
import java.lang.foreign.Arena;
import java.util.stream.LongStream;

/**
 * A vector form on a line of its own memory, over windows as large as those in earnest, and smaller
 * ones where padding cuts them; runs leave as much behind their last whole vector. What no
 * rehearsal does the JVM does not compile, and in earnest it would throw away what it had.
 */
final class LineRehearsal implements Rehearsal {
  /** So many positions make a loop worth compiling. */
  private static final int IDLE = 32;

  /** So few are soon done while they are not compiled. */
  private static final int WORK = 8;

  /** What a form does with a line whose runs under the window lie one behind the other. */
  private interface Line {
    void run(long from, long[] offsets, int count, long source, long to, int length, long run);
  }

  private final Arena arena = Arena.ofConfined();
  private final Line line;
  private final long[] offsets;
  private final boolean cut;
  private final long run;
  private final long from;
  private final long source;
  private final long to;

  private LineRehearsal(Positions positions, Line line) {
    this.line = line;
    cut = positions.cut();
    run = 2L * VectorReducing.LANES + positions.run() % VectorReducing.LANES;
    offsets = LongStream.range(0, positions.most()).map(i -> i * run).toArray();
    from = memory(WORK * positions.most());
    source = memory(WORK);
    to = memory(WORK * positions.most());
  }

  private long memory(long runs) {
    return arena.allocate(Math.max(1, runs) * run * Float.BYTES, 64).address();
  }

  static LineRehearsal of(Positions positions, Reducing form) {
    return new LineRehearsal(
        positions,
        (from, offsets, count, _, to, length, run) ->
            form.reduce(from, offsets.length * run, offsets, count, to, length, run));
  }

  static LineRehearsal of(Positions positions, Selecting form) {
    return new LineRehearsal(
        positions,
        (from, offsets, count, source, to, length, run) ->
            form.select(from, offsets.length * run, offsets, count, source, to, length, run));
  }

  @Override
  public void idle() {
    run(IDLE, 0);
  }

  @Override
  public void work() {
    run(WORK, run);
  }

  private void run(int length, long elements) {
    line.run(from, offsets, offsets.length, source, to, length, elements);
    if (cut) {
      line.run(from, offsets, Math.max(1, offsets.length - 1), source, to, length, elements);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
