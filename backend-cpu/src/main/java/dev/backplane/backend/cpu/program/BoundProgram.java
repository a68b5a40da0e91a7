package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.thread.Work;
import java.util.ArrayList;
import java.util.List;

/**
 * A program bound to its memory: rounds one after the other, each of parts that may run at once.
 */
public final class BoundProgram implements Work, AutoCloseable {
  /** By round and part, what runs in order. */
  private final Bound[][][] rounds;

  private final List<Bound> steps;
  private final List<Integer> parts;
  private final int[] roundOf;

  /**
   * Sorts bound steps into rounds.
   *
   * @param steps in order
   * @param parts of each
   * @param roundOf each
   */
  BoundProgram(List<Bound> steps, List<Integer> parts, int[] roundOf) {
    this.steps = List.copyOf(steps);
    this.parts = List.copyOf(parts);
    this.roundOf = roundOf;
    int count = steps.isEmpty() ? 0 : roundOf[roundOf.length - 1] + 1;
    rounds = new Bound[count][][];
    for (int round = 0; round < count; round++) {
      var strands = new ArrayList<List<Bound>>();
      for (int i = 0; i < roundOf.length; i++) {
        for (int part = 0; roundOf[i] == round && part < parts.get(i); part++) {
          if (strands.size() == part) {
            strands.add(new ArrayList<>());
          }
          strands.get(part).add(steps.get(i));
        }
      }
      rounds[round] =
          strands.stream().map(strand -> strand.toArray(Bound[]::new)).toArray(Bound[][]::new);
    }
  }

  /** The same steps, timed; they are freed with this program, not with that one. */
  public TimedProgram timed() {
    var timed = new ArrayList<Timed>();
    for (int i = 0; i < roundOf.length; i++) {
      timed.add(new Timed(steps.get(i), parts.get(i)));
    }
    return new TimedProgram(new BoundProgram(List.copyOf(timed), parts, roundOf), timed);
  }

  @Override
  public int rounds() {
    return rounds.length;
  }

  @Override
  public int parts(int round) {
    return rounds[round].length;
  }

  /** Runs a part of a round; allocates nothing. */
  @Override
  public void run(int round, int part) {
    for (var step : rounds[round][part]) {
      step.run(part);
    }
  }

  /** Frees what the bindings hold. */
  @Override
  public void close() {
    steps.forEach(Bound::close);
  }
}
