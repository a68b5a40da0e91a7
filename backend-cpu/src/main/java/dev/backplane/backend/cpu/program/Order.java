package dev.backplane.backend.cpu.program;

import dev.backplane.backend.Program;
import dev.backplane.graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The order in which steps run, and the rounds they run in: all threads end a round before any
 * begins the next. A step joins the round where its parts read only what the same parts of other
 * steps of the round wrote; as many steps as possible join before a new round begins, so that the
 * threads wait for each other seldom. A step that overwrites a donated argument comes behind the
 * argument's other readers wherever nothing they need depends on it.
 *
 * @param steps in the order in which they run
 * @param rounds the round of each, ascending
 */
record Order(List<Planned> steps, List<Integer> rounds) {
  static Order of(Program program, Lowering.Lowered lowered) {
    return new Sorter(program, lowered).sort();
  }

  /** Kahn's order; of the steps that are ready and fit into the round, the first. */
  private static final class Sorter {
    private final List<Planned> steps;
    private final Lowering.Lowered lowered;
    private final Map<Value, Integer> writers = new HashMap<>();
    private final Map<Value, List<Integer>> readers = new HashMap<>();
    private final List<Set<Integer>> followers = new ArrayList<>();

    /** The donated argument in whose memory a value is to be written. */
    private final Map<Value, Value> overwrites = new HashMap<>();

    private final int[] roundOf;

    /** Of the round that is being filled. */
    private int joined;

    private boolean full;

    Sorter(Program program, Lowering.Lowered lowered) {
      this.lowered = lowered;
      steps = lowered.steps();
      roundOf = new int[steps.size()];
      for (int i = 0; i < steps.size(); i++) {
        followers.add(new HashSet<>());
        for (var value : steps.get(i).writes()) {
          writers.put(value, i);
        }
        for (var value : Set.copyOf(roots(steps.get(i)))) {
          readers.computeIfAbsent(value, v -> new ArrayList<>()).add(i);
        }
      }
      writers.forEach(
          (value, writer) ->
              readers
                  .getOrDefault(value, List.of())
                  .forEach(reader -> followers.get(writer).add(reader)));
      program.donations().resultOfArgument().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(
              donation ->
                  readBeforeOverwritten(
                      program.graph().inputs().get(donation.getKey()),
                      lowered.root(program.graph().outputs().get(donation.getValue()))));
    }

    private List<Value> roots(Planned step) {
      return step.reads().stream().map(lowered::root).toList();
    }

    private void readBeforeOverwritten(Value argument, Value result) {
      var writer = writers.get(result);
      if (writer == null) {
        return;
      }
      overwrites.put(result, argument);
      for (int reader : readers.getOrDefault(argument, List.of())) {
        if (reader != writer && !reaches(writer, reader)) {
          followers.get(reader).add(writer);
        }
      }
    }

    private boolean reaches(int from, int to) {
      var seen = new HashSet<Integer>(Set.of(from));
      var pending = new ArrayDeque<Integer>(seen);
      while (!pending.isEmpty()) {
        for (int next : followers.get(pending.remove())) {
          if (next == to) {
            return true;
          }
          if (seen.add(next)) {
            pending.add(next);
          }
        }
      }
      return false;
    }

    Order sort() {
      var waiting = new int[steps.size()];
      followers.forEach(set -> set.forEach(step -> waiting[step]++));
      var ready = new TreeSet<Integer>();
      for (int i = 0; i < steps.size(); i++) {
        if (waiting[i] == 0) {
          ready.add(i);
        }
      }
      var order = new ArrayList<Planned>();
      var rounds = new ArrayList<Integer>();
      var later = new ArrayList<Integer>();
      java.util.Arrays.fill(roundOf, -1);
      int round = 0;
      while (!ready.isEmpty()) {
        int step = ready.removeFirst();
        if (fits(step, round)) {
          order.add(steps.get(step));
          rounds.add(round);
          roundOf[step] = round;
          joined++;
          full = steps.get(step).waits();
          for (int follower : followers.get(step)) {
            if (--waiting[follower] == 0) {
              ready.add(follower);
            }
          }
        } else {
          later.add(step);
        }
        if (ready.isEmpty()) {
          ready.addAll(later);
          later.clear();
          round++;
          joined = 0;
          full = false;
        }
      }
      if (order.size() != steps.size()) {
        throw new IllegalStateException("steps wait for each other");
      }
      return new Order(List.copyOf(order), List.copyOf(rounds));
    }

    private boolean fits(int index, int round) {
      var step = steps.get(index);
      if (full || step.waits() && joined > 0) {
        return false;
      }
      for (int read = 0; read < step.reads().size(); read++) {
        var value = lowered.root(step.reads().get(read));
        var writer = writers.get(value);
        if (writer != null && roundOf[writer] == round) {
          var other = steps.get(writer);
          int write = other.writes().indexOf(value);
          int mine = read;
          boolean own = other.repeats(write) && step.parts() <= other.parts();
          if (!own
              && meets(
                  other, part -> other.written(write, part), step, part -> step.read(mine, part))) {
            return false;
          }
        }
      }
      for (int write = 0; write < step.writes().size(); write++) {
        var argument = overwrites.get(step.writes().get(write));
        if (argument == null) {
          continue;
        }
        for (int reader : readers.getOrDefault(argument, List.of())) {
          if (reader != index
              && roundOf[reader] == round
              && readsWhatIsWritten(reader, argument, step, write)) {
            return false;
          }
        }
      }
      return true;
    }

    private boolean readsWhatIsWritten(int reader, Value argument, Planned step, int write) {
      var other = steps.get(reader);
      for (int read = 0; read < other.reads().size(); read++) {
        int theirs = read;
        if (lowered.root(other.reads().get(read)).equals(argument)
            && meets(
                other, part -> other.read(theirs, part), step, part -> step.written(write, part))) {
          return true;
        }
      }
      return false;
    }

    private static boolean meets(
        Planned x,
        java.util.function.IntFunction<Span> xSpan,
        Planned y,
        java.util.function.IntFunction<Span> ySpan) {
      for (int i = 0; i < x.parts(); i++) {
        for (int k = 0; k < y.parts(); k++) {
          if (i != k && xSpan.apply(i).meets(ySpan.apply(k))) {
            return true;
          }
        }
      }
      return false;
    }
  }
}
