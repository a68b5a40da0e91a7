package dev.backplane.backend.cpu.program;

import java.util.List;

/** A bound program that adds up how long each of its steps takes. */
public final class TimedProgram {
  private final BoundProgram program;
  private final List<Timed> steps;

  TimedProgram(BoundProgram program, List<Timed> steps) {
    this.program = program;
    this.steps = List.copyOf(steps);
  }

  /** What to run. */
  public BoundProgram program() {
    return program;
  }

  /**
   * Adds what each step took since this was last called: the longest of its parts. Allocates
   * nothing.
   *
   * @param nanos an entry for each step
   */
  public void addTo(long[] nanos) {
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] += steps.get(i).take();
    }
  }
}
