package dev.backplane.backend.cpu.kernel;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.kit.fusion.Extent;
import dev.backplane.kit.fusion.Space;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Constant;
import dev.backplane.op.Iota;
import dev.backplane.op.Reduce;
import dev.backplane.op.Reshape;
import dev.backplane.op.Unary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * When each value of a group is computed: in which phase, and values of rows and columns in which
 * pass over the row. As late as its readers allow, so that as few sweeps over the rows as possible
 * do all the work; and which values are worth keeping for a later pass rather than computing again.
 */
final class Schedule {
  /** Computing again what costs up to this many simple operations is cheaper than keeping it. */
  private static final int CHEAP = 6;

  /**
   * A place in the order of execution.
   *
   * @param phase the phase
   * @param pass the pass over the columns
   */
  record Place(int phase, int pass) {}

  private final Graph graph;
  private final Space space;
  private final Map<Value, Node> producers = new HashMap<>();
  private final Map<Value, Value> aliases = new HashMap<>();
  private final Map<Value, Integer> phases = new HashMap<>();
  private final Map<Value, Integer> foldPhases = new HashMap<>();
  private final Map<Value, Integer> passes = new HashMap<>();
  private final Set<Value> kept = new HashSet<>();
  private int phaseCount;

  Schedule(Graph graph, Space space) {
    this.graph = graph;
    this.space = space;
    for (var node : graph.nodes()) {
      producers.put(node.result(), node);
      if (isAlias(node)) {
        aliases.put(node.result(), resolve(node.operands().getFirst()));
      }
    }
    placePhases();
    placePasses();
    keep();
  }

  /** The same elements in the same order, or a combination of one element each. */
  private boolean isAlias(Node node) {
    return node.op() instanceof Reshape
        || (node.op() instanceof Broadcast || node.op() instanceof Reduce)
            && extent(node.operands().getFirst()) == extent(node.result());
  }

  /** The value whose elements these are. */
  Value resolve(Value value) {
    return aliases.getOrDefault(value, value);
  }

  Extent extent(Value value) {
    return space.extent(value);
  }

  /** Whether code has to be written for it: a broadcast is a way of access unless it is shown. */
  boolean isComputed(Value value) {
    var node = producers.get(value);
    return node != null
        && !aliases.containsKey(value)
        && !(node.op() instanceof Constant
            || node.op() instanceof Iota
            || node.op() instanceof Broadcast && !isOutput(value));
  }

  private boolean isOutput(Value value) {
    return graph.outputs().stream().anyMatch(output -> resolve(output).equals(value));
  }

  boolean isFold(Value value) {
    return isComputed(value) && producer(value).op() instanceof Reduce;
  }

  /** A fold whose result is known only after the loop over all rows, or over all columns. */
  private boolean endsPhase(Value value) {
    return isFold(value) && extent(value) != Extent.ROW;
  }

  /** The node of the group that makes it, if it is no input. */
  Optional<Node> producerOf(Value value) {
    return Optional.ofNullable(producers.get(value));
  }

  Node producer(Value value) {
    var node = producers.get(value);
    if (node == null) {
      throw new IllegalArgumentException(value + " is an input");
    }
    return node;
  }

  /** The values to compute, operands first. */
  List<Value> computed() {
    return graph.nodes().stream().map(Node::result).filter(this::isComputed).toList();
  }

  /** The computed values that one is computed from, through broadcasts and aliases. */
  List<Value> operands(Value value) {
    var found = new ArrayList<Value>();
    for (var operand : producer(value).operands()) {
      reach(operand, found);
    }
    return found;
  }

  private void reach(Value value, List<Value> found) {
    var resolved = resolve(value);
    if (isComputed(resolved)) {
      found.add(resolved);
    } else if (producers.get(resolved) != null) {
      producer(resolved).operands().forEach(operand -> reach(operand, found));
    }
  }

  private void placePhases() {
    var earliest = new HashMap<Value, Integer>();
    int last = 0;
    int lastSweep = 0;
    for (var value : computed()) {
      int operands = operands(value).stream().mapToInt(earliest::get).max().orElse(0);
      if (sweeps(value)) {
        lastSweep = Math.max(lastSweep, operands);
      }
      earliest.put(value, operands + (endsPhase(value) ? 1 : 0));
      last = Math.max(last, earliest.get(value));
    }
    var latest = new HashMap<Value, Integer>();
    for (var value : computed().reversed()) {
      boolean inSweep = extent(value) == Extent.FULL || extent(value) == Extent.ROW;
      latest.merge(value, inSweep ? lastSweep : last, Math::min);
      int needed = Lookup.in(latest, value) - (endsPhase(value) ? 1 : 0);
      if (sweeps(value)) {
        needed = Math.min(needed, lastSweep);
      }
      for (var operand : operands(value)) {
        latest.merge(operand, needed, Math::min);
      }
    }
    // Where a fold runs is one before its result; both must be counted when gaps are closed.
    var used = new TreeSet<Integer>();
    for (var value : computed()) {
      used.add(Lookup.in(latest, value));
      if (endsPhase(value)) {
        used.add(foldPhase(value, Lookup.in(latest, value), lastSweep));
      }
    }
    var numbers = List.copyOf(used);
    for (var value : computed()) {
      phases.put(value, numbers.indexOf(Lookup.in(latest, value)));
      if (endsPhase(value)) {
        foldPhases.put(
            value, numbers.indexOf(foldPhase(value, Lookup.in(latest, value), lastSweep)));
      }
    }
    phaseCount = Math.max(1, numbers.size());
  }

  /** Whether computing it takes a loop over rows. */
  boolean sweeps(Value value) {
    var at = isFold(value) ? extent(producer(value).operands().getFirst()) : extent(value);
    return at == Extent.FULL || at == Extent.ROW;
  }

  private int foldPhase(Value value, int result, int lastSweep) {
    return sweeps(value) ? Math.min(result - 1, lastSweep) : result - 1;
  }

  private void placePasses() {
    for (var value : computed()) {
      int pass = 0;
      int phase = phase(value);
      for (var operand : operands(value)) {
        if (Lookup.in(phases, operand) == phase && !endsPhase(operand)) {
          boolean rowFold = isFold(operand);
          pass = Math.max(pass, Lookup.in(passes, operand) + (rowFold ? 1 : 0));
        }
      }
      passes.put(value, pass);
    }
  }

  int phaseCount() {
    return phaseCount;
  }

  /** The phase whose loops compute the value; a fold's result may be known only in the next. */
  int phase(Value value) {
    return foldPhases.getOrDefault(value, phases.getOrDefault(value, 0));
  }

  /** The phase from which on the value can be read. */
  int known(Value value) {
    return phases.getOrDefault(value, 0);
  }

  /** The pass of its phase that computes the value, or gathers it. */
  int pass(Value value) {
    return passes.getOrDefault(value, 0);
  }

  Place place(Value value) {
    return new Place(phase(value), pass(value));
  }

  /** Whether a value of full extent is written to memory for passes after its own. */
  boolean isKept(Value value) {
    return kept.contains(value);
  }

  /** What each pass needs, from the last to the first: what is kept is needed where it is made. */
  private void keep() {
    var costs = new HashMap<Value, Integer>();
    var roots = new HashMap<Place, Set<Value>>();
    var places =
        new TreeSet<Place>(Comparator.comparingInt(Place::phase).thenComparingInt(Place::pass));
    for (var value : computed()) {
      costs.put(value, cost(value, costs));
      if (extent(value) == Extent.FULL || sweepsFull(value)) {
        places.add(place(value));
        if (isOutput(value) || isFold(value)) {
          roots.computeIfAbsent(place(value), p -> new HashSet<>()).add(value);
        }
      }
    }
    for (var place : places.descendingSet()) {
      var seen = new HashSet<Value>();
      for (var root : roots.getOrDefault(place, Set.of())) {
        demand(root, place, seen, costs, roots);
      }
    }
  }

  private boolean sweepsFull(Value value) {
    return isFold(value) && extent(producer(value).operands().getFirst()) == Extent.FULL;
  }

  private void demand(
      Value value,
      Place here,
      Set<Value> seen,
      Map<Value, Integer> costs,
      Map<Place, Set<Value>> roots) {
    if (!seen.add(value)) {
      return;
    }
    for (var operand : producer(value).operands()) {
      var resolved = resolve(operand);
      if (!isComputed(resolved) || extent(resolved) != Extent.FULL) {
        continue;
      }
      if (!place(resolved).equals(here) && Lookup.in(costs, resolved) > CHEAP) {
        kept.add(resolved);
        roots.computeIfAbsent(place(resolved), p -> new HashSet<>()).add(resolved);
      } else {
        demand(resolved, here, seen, costs, roots);
      }
    }
  }

  private int cost(Value value, Map<Value, Integer> costs) {
    int sum =
        switch (producer(value).op()) {
          case Unary unary ->
              switch (unary.kind()) {
                case ABS, NEGATE, NOT, IS_FINITE -> 1;
                case SIGN, FLOOR, CEIL, ROUND_NEAREST_EVEN -> 4;
                case SQRT, RSQRT, EXP, EXPM1, LOG, LOG1P -> 2 * CHEAP;
                case TANH, LOGISTIC, SIN, COS, ERF -> 2 * CHEAP;
              };
          case Binary binary ->
              switch (binary.kind()) {
                case ADD, SUBTRACT, MULTIPLY, MAXIMUM, MINIMUM, AND, OR, XOR -> 1;
                case SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC -> 2;
                case DIVIDE, REMAINDER, POWER -> 2 * CHEAP;
              };
          default -> 1;
        };
    for (var operand : producer(value).operands()) {
      var resolved = resolve(operand);
      sum += costs.getOrDefault(resolved, extent(resolved) == Extent.FULL ? 1 : 0);
    }
    return Math.min(sum, 1000);
  }
}
