package dev.backplane.backend.cpu.warm;

import org.jspecify.annotations.Nullable;

/**
 * The way of one form until the JVM's optimizing compiler is done with it: turn by turn, so that
 * others get theirs while the compiler works. That it is done shows exactly, whatever else the
 * machine does: what is compiled allocates nothing, for it has its vectors in registers.
 */
final class WarmUp implements AutoCloseable {
  /**
   * The JVM compiles a method a first time after some hundred calls and loops, and only then counts
   * what is done in it: the work before is for nothing, and slow.
   */
  private static final int FIRST_TURNS = 3;

  private static final int IDLE = 200;
  private static final int WORK = 20;

  /** Turns without a byte, one after the other. */
  private static final int SURE = 3;

  private final Cold cold;
  private @Nullable Rehearsal rehearsal;
  private int turns;
  private int sure;

  WarmUp(Cold cold) {
    this.cold = cold;
  }

  /** How many turns it has had. */
  int turns() {
    return turns;
  }

  Cold cold() {
    return cold;
  }

  /** Runs it for a while on this thread; whether it is compiled. */
  boolean turn() {
    var form = rehearsal;
    if (form == null) {
      form = cold.rehearse();
      rehearsal = form;
    }
    for (int i = 0; i < IDLE; i++) {
      form.idle();
    }
    int works = turns < FIRST_TURNS ? 1 : WORK;
    turns++;
    long before = Allocated.bytes();
    for (int i = 0; i < works; i++) {
      form.work();
    }
    long allocated = Allocated.bytes() - before;
    sure = allocated == 0 && works == WORK ? sure + 1 : 0;
    return sure >= SURE;
  }

  @Override
  public void close() {
    if (rehearsal != null) {
      rehearsal.close();
      rehearsal = null;
    }
  }
}
