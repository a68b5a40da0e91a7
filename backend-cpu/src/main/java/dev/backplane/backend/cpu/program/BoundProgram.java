package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.thread.Work;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program bound to its memory: rounds one after the other, each of parts that may run at once,
 * and between them the turns of loops and branches.
 */
public final class BoundProgram implements Work, AutoCloseable {
  private final Instruction[] instructions;
  private final List<? extends AutoCloseable> owned;
  private final int greatest;

  /**
   * A program.
   *
   * @param owned is freed with it
   */
  BoundProgram(List<? extends Instruction> instructions, List<? extends AutoCloseable> owned) {
    this.instructions = instructions.toArray(Instruction[]::new);
    this.owned = List.copyOf(owned);
    int most = 1;
    for (int i = 0; i < this.instructions.length; i++) {
      most = Math.max(most, parts(i));
    }
    greatest = most;
  }

  /**
   * Sorts bound steps into rounds.
   *
   * @param steps in order
   * @param parts of each
   * @param roundOf each
   * @param lines the line of the report, or the first of the lines, of each
   */
  static BoundProgram of(List<Bound> steps, List<Integer> parts, int[] roundOf, int[] lines) {
    var instructions = new ArrayList<Instruction>();
    int first = 0;
    while (first < roundOf.length) {
      int end = first + 1;
      while (end < roundOf.length && roundOf[end] == roundOf[first]) {
        end++;
      }
      if (steps.get(first) instanceof Flow flow && flow.waits()) {
        int line = lines[first];
        flow.program().instructions().forEach(each -> instructions.add(each.shifted(line)));
      } else {
        instructions.add(round(steps, parts, lines, first, end));
      }
      first = end;
    }
    return new BoundProgram(instructions, steps);
  }

  private static Instruction.Round round(
      List<Bound> steps, List<Integer> parts, int[] lines, int first, int end) {
    int count = parts.subList(first, end).stream().mapToInt(Integer::intValue).max().orElse(1);
    var strands = new Instruction.Strand[count];
    for (int part = 0; part < count; part++) {
      var strand = new ArrayList<Bound>();
      var line = new ArrayList<Integer>();
      for (int i = first; i < end; i++) {
        if (part < parts.get(i)) {
          strand.add(steps.get(i));
          line.add(lines[i]);
        }
      }
      strands[part] =
          new Instruction.Strand(
              strand.toArray(Bound[]::new), line.stream().mapToInt(Integer::intValue).toArray());
    }
    return new Instruction.Round(strands);
  }

  List<Instruction> instructions() {
    return List.of(instructions);
  }

  /**
   * The same, timed; what it runs is freed with this program, not with that one.
   *
   * @param lines how many the report has
   */
  public TimedProgram timed(int lines) {
    var clocks = new Clock[lines];
    Arrays.setAll(clocks, _ -> new Clock(greatest));
    return new TimedProgram(timed(clocks, 0), clocks);
  }

  BoundProgram timed(Clock[] clocks, int first) {
    var timed = new ArrayList<Instruction>();
    for (var instruction : instructions) {
      timed.add(instruction.shifted(first).timed(clocks));
    }
    return new BoundProgram(timed, List.of());
  }

  /** Counts the turns too, which have no parts. */
  @Override
  public int rounds() {
    return instructions.length;
  }

  @Override
  public int first() {
    return behindTurns(0);
  }

  @Override
  public int next(int round) {
    return behindTurns(round + 1);
  }

  private int behindTurns(int at) {
    int next = at;
    while (next < instructions.length && instructions[next] instanceof Instruction.Turn turn) {
      next += turn.jump();
    }
    return next;
  }

  @Override
  public int parts(int round) {
    return instructions[round] instanceof Instruction.Round(var strands) ? strands.length : 0;
  }

  @Override
  public int width() {
    return greatest;
  }

  /** Runs a part of a round, where the round has it; allocates nothing. */
  @Override
  public void run(int round, int part) {
    if (instructions[round] instanceof Instruction.Round(var strands) && part < strands.length) {
      strands[part].run(part);
    }
  }

  /** Frees what the bindings hold. */
  @Override
  public void close() {
    for (var each : owned) {
      try {
        each.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
