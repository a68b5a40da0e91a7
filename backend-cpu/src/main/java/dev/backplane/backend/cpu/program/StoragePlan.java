package dev.backplane.backend.cpu.program;

import dev.backplane.backend.Donations;
import dev.backplane.backend.Program;
import dev.backplane.backend.cpu.internal.Libc;
import dev.backplane.graph.Value;
import dev.backplane.kit.memory.Lifetime;
import dev.backplane.kit.memory.MemoryPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A place for every value of a program, and the steps with the copies that this takes.
 *
 * <p>A result is written straight into its buffer, unless the buffer may be that of a donated
 * argument which is read later, or by the same step in another order: then it is written into
 * scratch memory and copied at the end, after the last reader.
 */
final class StoragePlan {
  private final Donations donations;
  private final List<Value> inputs;
  private final List<Value> outputs;
  private final Lowering.Lowered lowered;
  private final List<Planned> steps;
  private final Map<Value, Place> places = new HashMap<>();
  private final Map<Value, Value> rescued = new HashMap<>();
  private List<Long> stepScratch = List.of();
  private long scratchBytes;

  private StoragePlan(Program program, Lowering.Lowered lowered) {
    donations = program.donations();
    inputs = program.graph().inputs();
    outputs = program.graph().outputs();
    this.lowered = lowered;
    steps = new ArrayList<>(lowered.steps());
  }

  static StoragePlan of(Program program, Lowering.Lowered lowered) {
    var plan = new StoragePlan(program, lowered);
    plan.placeGiven();
    plan.delayOverwrites();
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

  private boolean dependsOn(Planned later, Planned earlier) {
    return earlier.writes().stream().anyMatch(written -> reads(later, root(written)));
  }

  /**
   * Moves a step that would overwrite a donated argument behind the argument's last reader, where
   * nothing in between needs what it writes.
   */
  private void delayOverwrites() {
    for (var donation : donations.resultOfArgument().entrySet()) {
      var argument = inputs.get(donation.getKey());
      int writer = writer(root(outputs.get(donation.getValue())));
      int last = lastReader(argument);
      if (writer < 0 || last <= writer) {
        continue;
      }
      var moved = steps.get(writer);
      boolean free =
          steps.subList(writer + 1, last + 1).stream().noneMatch(step -> dependsOn(step, moved));
      if (free) {
        steps.remove(writer);
        steps.add(last, moved);
      }
    }
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
      steps.add(NodeStep.copy(rescued.getOrDefault(root(outputs.get(r)), outputs.get(r)), slot));
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
        steps.add(NodeStep.copy(outputs.get(r), aside));
      }
    }
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

  /** Lifetimes of everything else, and of the steps' own scratch. */
  private void placeScratch() {
    var owners = new HashMap<Value, Integer>();
    var blocks = new ArrayList<Lifetime>();
    for (int s = 0; s < steps.size(); s++) {
      var step = steps.get(s);
      for (int w = 0; w < step.writes().size(); w++) {
        var value = step.writes().get(w);
        if (places.containsKey(value)) {
          continue;
        }
        int last = Math.max(s, lastReader(value));
        int shared = dyingOperand(step, w, s, owners, blocks);
        if (shared >= 0) {
          owners.put(value, shared);
          blocks.set(
              shared, new Lifetime(blocks.get(shared).bytes(), blocks.get(shared).first(), last));
        } else {
          owners.put(value, blocks.size());
          blocks.add(new Lifetime(value.type().bytes() + Libc.SLACK, s, last));
        }
      }
    }
    int firstOwn = blocks.size();
    for (int s = 0; s < steps.size(); s++) {
      blocks.add(new Lifetime(steps.get(s).scratchBytes() + Libc.SLACK, s, s));
    }
    var plan = MemoryPlan.of(blocks, Libc.ALIGNMENT);
    owners.forEach((value, b) -> places.put(value, new Place.Scratch(plan.offsets().get(b))));
    stepScratch = plan.offsets().subList(firstOwn, blocks.size());
    scratchBytes = plan.bytes();
  }

  /** A block of an operand that dies in this step and that the result may take over; else -1. */
  private int dyingOperand(
      Planned step, int write, int at, Map<Value, Integer> owners, List<Lifetime> blocks) {
    Set<Integer> takenHere = new HashSet<>();
    for (var other : step.writes()) {
      if (owners.containsKey(other)) {
        takenHere.add(owners.getOrDefault(other, -1));
      }
    }
    for (int read = 0; read < step.reads().size(); read++) {
      var operand = root(step.reads().get(read));
      int block = owners.getOrDefault(operand, -1);
      if (block >= 0
          && !takenHere.contains(block)
          && blocks.get(block).last() == at
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
}
