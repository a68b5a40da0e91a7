package dev.backplane.backend.cpu.program;

/** A bound step that is timed; the binding itself stays another's. */
record Timed(Bound step, Clock clock) implements Bound {
  @Override
  public void run(int part) {
    long started = System.nanoTime();
    step.run(part);
    clock.add(part, System.nanoTime() - started);
  }
}
