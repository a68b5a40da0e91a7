package dev.backplane.backend.cpu.program;

import dev.backplane.backend.Donations;
import dev.backplane.backend.Program;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.graph.Value;
import dev.backplane.kit.memory.Lifetime;
import dev.backplane.kit.memory.MemoryPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A place for every value of a program, and the steps with the copies that this takes.
 *
 * <p>A result is written straight into its buffer, unless the buffer may be that of a donated
 * argument which is read later, or by the same step in another order: then it is written into
 * scratch memory and copied at the end, after the last reader.
 */
final class StoragePlan {
  private static final long MUCH = 16L << 20;

  private final Donations donations;
  private final List<Value> inputs;
  private final List<Value> outputs;
  private final Lowering.Lowered lowered;
  private final List<Planned> steps;
  private final List<Integer> rounds;
  private final Map<Value, Place> places = new HashMap<>();
  private final Map<Value, Value> rescued = new HashMap<>();
  private List<Long> stepScratch = List.of();
  private long scratchBytes;

  private StoragePlan(Program program, Lowering.Lowered lowered) {
    donations = program.donations();
    inputs = program.graph().inputs();
    outputs = program.graph().outputs();
    this.lowered = lowered;
    var order = Order.of(program, lowered);
    steps = new ArrayList<>(order.steps());
    rounds = new ArrayList<>(order.rounds());
  }

  static StoragePlan of(Program program, Lowering.Lowered lowered) {
    var plan = new StoragePlan(program, lowered);
    plan.placeGiven();
    plan.placeResults();
    plan.placeScratch();
    return plan;
  }

  List<Planned> steps() {
    return List.copyOf(steps);
  }

  Place place(Value value) {
    var place = places.get(lowered.root(value));
    if (place == null) {
      throw new IllegalStateException(value + " has no place: no step writes it");
    }
    return place;
  }

  /** The offset of a step's own scratch. */
  long stepScratch(int step) {
    return stepScratch.get(step);
  }

  long scratchBytes() {
    return scratchBytes;
  }

  private void placeGiven() {
    for (int i = 0; i < inputs.size(); i++) {
      places.put(inputs.get(i), new Place.Argument(i));
    }
    lowered.constants().keySet().forEach(value -> places.put(value, new Place.Prepared(value)));
  }

  private Value root(Value value) {
    return lowered.root(value);
  }

  private boolean reads(Planned step, Value root) {
    return step.reads().stream().anyMatch(value -> root(value).equals(root));
  }

  private int writer(Value root) {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).writes().contains(root)) {
        return i;
      }
    }
    return -1;
  }

  private int lastReader(Value root) {
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (reads(steps.get(i), root)) {
        return i;
      }
    }
    return -1;
  }

  /** Decides which values lie in result buffers and appends the copies into the others. */
  private void placeResults() {
    var argumentOf = new HashMap<Integer, Integer>();
    donations.resultOfArgument().forEach((argument, result) -> argumentOf.put(result, argument));
    var passedThrough = new HashSet<Value>();
    outputs.stream().map(this::root).filter(inputs::contains).forEach(passedThrough::add);
    var copies = new ArrayList<Integer>();
    for (int r = 0; r < outputs.size(); r++) {
      var root = root(outputs.get(r));
      int writer = writer(root);
      boolean direct = writer >= 0 && !places.containsKey(root);
      if (direct && argumentOf.containsKey(r)) {
        var donated = inputs.get(argumentOf.getOrDefault(r, 0));
        direct = !passedThrough.contains(donated) && mayOverwrite(writer, root, donated);
      }
      if (direct) {
        places.put(root, new Place.Result(r));
      } else {
        copies.add(r);
      }
    }
    rescueArguments(copies);
    for (int r : copies) {
      var slot = slot(r);
      places.put(slot, new Place.Result(r));
      append(copy(rescued.getOrDefault(root(outputs.get(r)), outputs.get(r)), slot));
    }
  }

  /** An argument that is a result, and whose buffer another result takes, is first put aside. */
  private void rescueArguments(List<Integer> copies) {
    for (int r : copies) {
      var root = root(outputs.get(r));
      int argument = inputs.indexOf(root);
      int taker = donations.resultOfArgument().getOrDefault(argument, r);
      if (argument >= 0 && taker != r && !rescued.containsKey(root)) {
        var aside = new Value(-1 - outputs.size() - r, outputs.get(r).type());
        rescued.put(root, aside);
        append(copy(outputs.get(r), aside));
      }
    }
  }

  /** Divided as the steps are, so that whoever wrote a row copies it too. */
  private CopyStep copy(Value from, Value to) {
    int parts = steps.stream().mapToInt(Planned::parts).max().orElse(1);
    return CopyStep.of(from, to, parts);
  }

  private void append(Planned step) {
    rounds.add(rounds.isEmpty() ? 0 : rounds.getLast());
    steps.add(step);
  }

  /** A name for the memory of a result that only a copy writes. Ids of graphs are not negative. */
  private Value slot(int result) {
    return new Value(-1 - result, outputs.get(result).type());
  }

  private boolean mayOverwrite(int writer, Value root, Value donated) {
    if (lastReader(donated) > writer) {
      return false;
    }
    var step = steps.get(writer);
    int write = step.writes().indexOf(root);
    for (int read = 0; read < step.reads().size(); read++) {
      if (root(step.reads().get(read)).equals(donated) && !step.inPlace(write, read)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Memory for everything else. What is shared only between rounds makes nobody wait; where that
   * takes far more memory, it is shared between steps, and there are more rounds.
   */
  private void placeScratch() {
    var bySteps = scratch(IntStream.range(0, steps.size()).boxed().toList());
    boolean divided = steps.stream().anyMatch(step -> step.parts() > 1);
    var byRounds = divided ? scratch(rounds) : bySteps;
    boolean dear = byRounds.plan().bytes() > 2 * bySteps.plan().bytes() + MUCH;
    var chosen = dear ? bySteps : byRounds;
    chosen
        .owners()
        .forEach(
            (value, block) ->
                places.put(value, new Place.Scratch(chosen.plan().offsets().get(block))));
    stepScratch = chosen.plan().offsets().subList(chosen.values(), chosen.plan().offsets().size());
    scratchBytes = chosen.plan().bytes();
  }

  /** A plan of scratch memory: the block of each value, then a block for each step's own. */
  private record ScratchPlan(Map<Value, Integer> owners, int values, MemoryPlan plan) {}

  /**
   * Lifetimes of everything that is not placed, and of the steps' own scratch.
   *
   * @param times of the steps: what lives at one time does not share memory
   */
  private ScratchPlan scratch(List<Integer> times) {
    var owners = new HashMap<Value, Integer>();
    var blocks = new ArrayList<Lifetime>();
    var holders = new ArrayList<Value>();
    var last = lastReaders();
    for (int s = 0; s < steps.size(); s++) {
      var step = steps.get(s);
      for (int w = 0; w < step.writes().size(); w++) {
        var value = step.writes().get(w);
        if (places.containsKey(value)) {
          continue;
        }
        int end = times.get(Math.max(s, last.getOrDefault(value, -1)));
        int shared = dyingOperand(step, w, s, owners, holders, last);
        if (shared >= 0) {
          owners.put(value, shared);
          holders.set(shared, value);
          var before = blocks.get(shared);
          blocks.set(
              shared, new Lifetime(before.bytes(), before.first(), Math.max(before.last(), end)));
        } else {
          owners.put(value, blocks.size());
          holders.add(value);
          blocks.add(new Lifetime(value.type().bytes() + Libc.SLACK, times.get(s), end));
        }
      }
    }
    int values = blocks.size();
    for (int s = 0; s < steps.size(); s++) {
      blocks.add(
          new Lifetime(steps.get(s).scratchBytes() + Libc.SLACK, times.get(s), times.get(s)));
    }
    return new ScratchPlan(owners, values, MemoryPlan.of(blocks, Libc.ALIGNMENT));
  }

  private Map<Value, Integer> lastReaders() {
    var last = new HashMap<Value, Integer>();
    for (int s = 0; s < steps.size(); s++) {
      for (var value : steps.get(s).reads()) {
        last.put(root(value), s);
      }
    }
    return last;
  }

  /** A block of an operand that dies in this step and that the result may take over; else -1. */
  private int dyingOperand(
      Planned step,
      int write,
      int at,
      Map<Value, Integer> owners,
      List<Value> holders,
      Map<Value, Integer> last) {
    for (int read = 0; read < step.reads().size(); read++) {
      var operand = root(step.reads().get(read));
      int block = owners.getOrDefault(operand, -1);
      if (block >= 0
          && holders.get(block).equals(operand)
          && last.getOrDefault(operand, -1) == at
          && operand.type().bytes() == step.writes().get(write).type().bytes()
          && inPlaceForAll(step, write, operand)) {
        return block;
      }
    }
    return -1;
  }

  private boolean inPlaceForAll(Planned step, int write, Value operand) {
    for (int read = 0; read < step.reads().size(); read++) {
      if (root(step.reads().get(read)).equals(operand) && !step.inPlace(write, read)) {
        return false;
      }
    }
    return true;
  }

  /** The round of each step, now that memory is shared: see {@link Rounds}. */
  int[] rounds() {
    return Rounds.of(steps, new Addresses());
  }

  /**
   * Whether the program may run again and again, each run's first inputs being what the run before
   * left in its first outputs, without that the parts wait for each other.
   *
   * @param carries how many of the inputs and outputs are handed on
   */
  boolean runsOnWithoutWaiting(int carries) {
    if (steps.stream().anyMatch(Planned::waits)) {
      return false;
    }
    // What a run reads and writes is where the one after the next reads and writes it.
    var runs = new ArrayList<Planned>();
    for (int run = 0; run < 3; run++) {
      runs.addAll(steps);
    }
    var rounds = Rounds.of(runs, new Runs(carries));
    return Arrays.stream(rounds).allMatch(round -> round == 0);
  }

  private long scratch(Value value, Place place) {
    return switch (place) {
      case Place.Scratch(long offset) -> offset;
      case Place.Prepared _ -> Rounds.Addresses.CONSTANT;
      case Place.Argument _, Place.Result _ ->
          throw new IllegalStateException(value + " lies in a buffer");
    };
  }

  /** A number for each byte there is: the same memory has the same numbers. */
  private final class Addresses implements Rounds.Addresses {
    private final List<Long> arguments = new ArrayList<>();
    private final List<Long> results = new ArrayList<>();

    private Addresses() {
      long next = scratchBytes;
      for (var input : inputs) {
        arguments.add(next);
        next += input.type().bytes();
      }
      for (var output : outputs) {
        results.add(next);
        next += output.type().bytes();
      }
      donations
          .resultOfArgument()
          .forEach((argument, result) -> results.set(result, arguments.get(argument)));
    }

    @Override
    public long of(int step, Value value) {
      var place = place(value);
      return switch (place) {
        case Place.Argument(int index) -> arguments.get(index);
        case Place.Result(int index) -> results.get(index);
        case Place.Scratch _, Place.Prepared _ -> scratch(value, place);
      };
    }

    @Override
    public long ofScratch(int step) {
      return stepScratch(step);
    }
  }

  /** The same for several runs: see {@link #runsOnWithoutWaiting}. */
  private final class Runs implements Rounds.Addresses {
    private final int carries;

    /** What is carried lies in one of two places. */
    private final List<long[]> carried = new ArrayList<>();

    private final long others;
    private final List<Long> results = new ArrayList<>();
    private final long resultBytes;

    private Runs(int carries) {
      this.carries = carries;
      long next = scratchBytes;
      for (var input : inputs.subList(0, carries)) {
        long bytes = input.type().bytes();
        carried.add(new long[] {next, next + bytes});
        next += 2 * bytes;
      }
      others = next;
      long bytes = 0;
      for (var output : outputs) {
        results.add(bytes);
        bytes += output.type().bytes();
      }
      resultBytes = bytes;
    }

    @Override
    public long of(int step, Value value) {
      int run = step / steps.size();
      var place = place(value);
      return switch (place) {
        case Place.Argument(int index) when index < carries -> carried.get(index)[run % 2];
        // Never written: slices and invariants.
        case Place.Argument _ -> CONSTANT;
        case Place.Result(int index) when index < carries -> carried.get(index)[(run + 1) % 2];
        case Place.Result(int index) -> others + run * resultBytes + results.get(index);
        case Place.Scratch _, Place.Prepared _ -> scratch(value, place);
      };
    }

    @Override
    public long ofScratch(int step) {
      return stepScratch(step % steps.size());
    }
  }
}
