package dev.backplane.backend.cpu.program;

/** A bound program that adds up how long each of its steps takes. */
public final class TimedProgram {
  private final BoundProgram program;
  private final Clock[] clocks;

  TimedProgram(BoundProgram program, Clock[] clocks) {
    this.program = program;
    this.clocks = clocks;
  }

  /** What to run. */
  public BoundProgram program() {
    return program;
  }

  /**
   * Adds what each step took since this was last called: the longest of its parts. Allocates
   * nothing.
   *
   * @param nanos an entry for each line of the report
   */
  public void addTo(long[] nanos) {
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] += clocks[i].take();
    }
  }
}
