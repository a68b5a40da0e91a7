package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps between which the threads wait for each other. Within a round every part of a step runs
 * behind the same part of the steps before, and nothing else is known of when it runs: so a step
 * begins a new round where one of its parts touches memory that another part of an earlier step of
 * the round writes, or writes what that touches. Whoever shares memory with whom, and why, does not
 * matter here: all bytes are looked at.
 */
final class Rounds {
  /** Where values and the steps' own scratch memory lie. */
  interface Addresses {
    /** The address of what is never written. */
    long CONSTANT = -1;

    /** Where a step finds a value. */
    long of(int step, Value value);

    long ofScratch(int step);
  }

  /**
   * What a step touches.
   *
   * @param all from the first to the last byte, of all parts
   * @param parts by part; of one entry where all parts touch the same
   */
  private record Access(boolean writes, boolean repeats, int of, Span all, List<Span> parts) {
    Span part(int part) {
      return parts.size() == 1 ? all : parts.get(part);
    }

    boolean meets(Access earlier) {
      if (!(writes || earlier.writes) || !all.meets(earlier.all)) {
        return false;
      }
      // Every part reads what it wrote itself.
      if (earlier.repeats && !writes && all.equals(earlier.all) && of <= earlier.of) {
        return false;
      }
      for (int i = 0; i < of; i++) {
        for (int k = 0; k < earlier.of; k++) {
          if (i != k && part(i).meets(earlier.part(k))) {
            return true;
          }
        }
      }
      return false;
    }
  }

  private Rounds() {}

  /** The round of each step. */
  static int[] of(List<Planned> steps, Addresses addresses) {
    var rounds = new int[steps.size()];
    if (steps.stream().allMatch(step -> step.parts() == 1)) {
      return rounds;
    }
    var current = new ArrayList<Access>();
    int round = 0;
    boolean closed = false;
    for (int i = 0; i < rounds.length; i++) {
      boolean alone = steps.get(i).waits();
      var accesses = accesses(steps.get(i), i, addresses);
      if (closed
          || alone && i > 0
          || accesses.stream().anyMatch(a -> current.stream().anyMatch(a::meets))) {
        current.clear();
        round++;
      }
      current.addAll(accesses);
      closed = alone;
      rounds[i] = round;
    }
    return rounds;
  }

  private static List<Access> accesses(Planned step, int index, Addresses addresses) {
    var accesses = new ArrayList<Access>();
    for (int read = 0; read < step.reads().size(); read++) {
      var value = step.reads().get(read);
      long at = addresses.of(index, value);
      if (at != Addresses.CONSTANT) {
        var spans = new ArrayList<Span>();
        for (int part = 0; part < step.parts(); part++) {
          spans.add(step.read(read, part).shifted(at));
        }
        accesses.add(access(false, false, value.type().bytes(), at, spans));
      }
    }
    for (int write = 0; write < step.writes().size(); write++) {
      var value = step.writes().get(write);
      long at = addresses.of(index, value);
      var spans = new ArrayList<Span>();
      for (int part = 0; part < step.parts(); part++) {
        spans.add(step.written(write, part).shifted(at));
      }
      accesses.add(access(true, step.repeats(write), value.type().bytes(), at, spans));
    }
    if (step.scratchBytes() > 0) {
      long at = addresses.ofScratch(index);
      var spans = new ArrayList<Span>();
      for (int part = 0; part < step.parts(); part++) {
        spans.add(step.scratch(part).shifted(at));
      }
      accesses.add(access(true, false, step.scratchBytes(), at, spans));
    }
    return accesses;
  }

  private static Access access(
      boolean writes, boolean repeats, long bytes, long at, List<Span> spans) {
    var all = new Span(at, at + bytes);
    for (var span : spans) {
      if (span.from() < all.from() || span.to() > all.to()) {
        throw new IllegalStateException("a part touches " + span + ", which is not in " + all);
      }
    }
    boolean same = spans.stream().allMatch(all::equals);
    return new Access(writes, repeats, spans.size(), all, same ? List.of(all) : spans);
  }
}
