package dev.backplane.backend.cpu.program;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.backplane.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A loop or a branch, bound: a program of its own.
 *
 * @param waits whether its parts wait for each other on the way, so that its rounds must be rounds
 *     of the program around it; otherwise a part runs through all of it by itself
 */
record Flow(BoundProgram program, boolean waits) implements Bound {
  @Override
  public void run(int part) {
    int end = program.rounds();
    for (int round = program.first(); round < end; round = program.next(round)) {
      program.run(round, part);
    }
  }

  @Override
  public Bound timed(Clock[] clocks, int line) {
    return new Flow(program.timed(clocks, line), waits);
  }

  @Override
  public void close() {
    program.close();
  }

  /** Whether the bool at an address holds. */
  static BooleanSupplier flag(long at) {
    return () -> ALL.get(JAVA_BYTE, at) != 0;
  }

  /** Copies what is carried. */
  static Bound copies(List<Value> values, long[] from, long[] to) {
    var bytes = values.stream().mapToLong(value -> value.type().bytes()).toArray();
    return _ -> {
      for (int i = 0; i < bytes.length; i++) {
        Movements.copy(from[i], to[i], bytes[i]);
      }
    };
  }

  /** One of two. */
  static List<Instruction> branch(
      BooleanSupplier condition, List<Instruction> then, List<Instruction> otherwise) {
    var all = new ArrayList<Instruction>();
    int toOtherwise = 1 + then.size() + 1;
    all.add((Instruction.Turn) () -> condition.getAsBoolean() ? 1 : toOtherwise);
    all.addAll(then);
    int behind = 1 + otherwise.size();
    all.add((Instruction.Turn) () -> behind);
    all.addAll(otherwise);
    return all;
  }

  /**
   * A loop over two bindings of its body that take turns: each reads what the other one wrote.
   *
   * @param first runs once; leaves what the even iterations read
   * @param even what is asked before an even iteration, and that iteration
   * @param odd the same of an odd one
   * @param last runs at the end where an odd iteration did not run after an even one
   */
  static List<Instruction> loop(Instruction first, Half even, Half odd, Instruction last) {
    var all = new ArrayList<Instruction>();
    all.add(first);
    all.addAll(even.before());
    int toEnd = 1 + even.body().size() + odd.before().size() + 1 + odd.body().size() + 1 + 1;
    all.add((Instruction.Turn) () -> even.goesOn().getAsBoolean() ? 1 : toEnd);
    all.addAll(even.body());
    all.addAll(odd.before());
    int toLast = 1 + odd.body().size() + 1;
    all.add((Instruction.Turn) () -> odd.goesOn().getAsBoolean() ? 1 : toLast);
    all.addAll(odd.body());
    int back = 1 - all.size();
    all.add((Instruction.Turn) () -> back);
    all.add(last);
    return all;
  }

  /**
   * Half of a loop.
   *
   * @param before runs before the question
   * @param goesOn whether there is one more iteration; asked once for each
   * @param body the iteration
   */
  record Half(List<Instruction> before, BooleanSupplier goesOn, List<Instruction> body) {}
}
