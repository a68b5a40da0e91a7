package dev.backplane.backend.cpu.warm;

/** A part of a program that has a faster form to come, and what is known of that form. */
final class Part {
  private final Warmth program;
  private final Cold cold;
  private int strikes;

  Part(Warmth program, Cold cold) {
    this.program = program;
    this.cold = cold;
  }

  Warmth program() {
    return program;
  }

  Cold cold() {
    return cold;
  }

  /** Counts that its fast form made objects in earnest; how often it did. */
  int strike() {
    return ++strikes;
  }
}
