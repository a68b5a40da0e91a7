package dev.backplane.backend.cpu.program;

/** What a bound program is a list of: rounds, and the turns that loops and branches take. */
sealed interface Instruction {
  /** This as an instruction of a program whose report has so many lines before this one's. */
  Instruction shifted(int lines);

  /** This, adding up what its steps take. */
  Instruction timed(Clock[] clocks);

  /** Where to go on. It is asked once each time it is reached, by one thread. */
  non-sealed interface Turn extends Instruction {
    /** How far on the next instruction is; negative to go back. */
    int jump();

    @Override
    default Instruction shifted(int lines) {
      return this;
    }

    @Override
    default Instruction timed(Clock[] clocks) {
      return this;
    }
  }

  /**
   * Parts that may run at once.
   *
   * @param strands by part, what runs in order
   */
  record Round(Strand... strands) implements Instruction {
    /** A round of one step in one part that no report shows. */
    static Round of(Bound step) {
      return new Round(new Strand(new Bound[] {step}, new int[] {Strand.UNREPORTED}));
    }

    @Override
    public Instruction shifted(int lines) {
      var shifted = new Strand[strands.length];
      for (int part = 0; part < shifted.length; part++) {
        shifted[part] = strands[part].shifted(lines);
      }
      return new Round(shifted);
    }

    @Override
    public Instruction timed(Clock[] clocks) {
      var timed = new Strand[strands.length];
      for (int part = 0; part < timed.length; part++) {
        timed[part] = strands[part].timed(clocks);
      }
      return new Round(timed);
    }
  }

  /**
   * What one part of a round does.
   *
   * @param steps in order
   * @param lines the line of the report, or the first of them, where each step's time stands
   */
  record Strand(Bound[] steps, int[] lines) {
    static final int UNREPORTED = -1;

    void run(int part) {
      for (var step : steps) {
        step.run(part);
      }
    }

    Strand shifted(int by) {
      var shifted = lines.clone();
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] += shifted[i] == UNREPORTED ? 0 : by;
      }
      return new Strand(steps, shifted);
    }

    Strand timed(Clock[] clocks) {
      var timed = steps.clone();
      for (int i = 0; i < timed.length; i++) {
        if (lines[i] != UNREPORTED) {
          timed[i] = steps[i].timed(clocks, lines[i]);
        }
      }
      return new Strand(timed, lines);
    }
  }
}
