package dev.backplane.kit.fusion;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Constant;
import dev.backplane.op.Iota;
import dev.backplane.op.Primitive;
import dev.backplane.op.Reshape;
import dev.backplane.op.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Partitions a graph into steps. A node joins the group of a producer where both have one {@link
 * Space} and nothing outside lies on a path between them; so the steps can always be ordered. The
 * result depends on nothing but the graph.
 *
 * <p>Constants of one repeated element, iotas, broadcasts and reshapes are <em>free</em>: every
 * group that wants one gets its own copy as a way of access, and it becomes a step only where
 * something outside of groups needs it as memory.
 *
 * <p>A sum, difference or product of one value that lies in memory anyway and others that are free
 * is computed again by each group that reads it, where all of them can, rather than written by one
 * and kept for the others: x - mean of a batch normalization is needed again far behind, in the
 * backward pass.
 */
public final class Fusion {
  /** The work of one group, in simple operations: what a generated loop can be compiled for. */
  static final int GREATEST_WORK = 320;

  private final Graph graph;
  private final List<Node> nodes;
  private final Map<Value, Integer> producers = new HashMap<>();
  private final List<List<Integer>> consumers = new ArrayList<>();
  private final Role[] roles;
  private final Group[] groups;
  private int looked;

  private enum Role {
    FREE,
    MEMBER,
    SINGLE
  }

  /** Nodes that run together: members, and the free nodes between and before them. */
  private record Group(TreeSet<Integer> members, TreeSet<Integer> free) {
    TreeSet<Integer> all() {
      var all = new TreeSet<>(members);
      all.addAll(free);
      return all;
    }

    Group with(Group other) {
      var joined = new Group(new TreeSet<>(members), new TreeSet<>(free));
      joined.members.addAll(other.members);
      joined.free.addAll(other.free);
      return joined;
    }
  }

  private Fusion(Graph graph, Predicate<Node> fusible) {
    this.graph = graph;
    this.nodes = graph.nodes();
    this.roles = new Role[nodes.size()];
    this.groups = new Group[nodes.size()];
    for (int i = 0; i < nodes.size(); i++) {
      consumers.add(new ArrayList<>());
      for (var operand : new HashSet<>(nodes.get(i).operands())) {
        var producer = producers.get(operand);
        if (producer != null) {
          consumers.get(producer).add(i);
        }
      }
      for (var result : nodes.get(i).results()) {
        producers.put(result, i);
      }
      roles[i] = role(nodes.get(i), fusible);
    }
  }

  /**
   * The steps of a graph in an order in which they can run.
   *
   * @param graph any graph
   * @param fusible which nodes the backend can run in a group; asked for each node alone
   */
  public static List<Step> partition(Graph graph, Predicate<Node> fusible) {
    var fusion = new Fusion(graph, fusible);
    fusion.group();
    fusion.copy();
    return fusion.steps();
  }

  private static Role role(Node node, Predicate<Node> fusible) {
    if (!(node.op() instanceof Primitive) || !fusible.test(node) || !Space.holds(node)) {
      return Role.SINGLE;
    }
    if (node.op() instanceof Constant constant) {
      return constant.value().isSplat() ? Role.FREE : Role.SINGLE;
    }
    return node.op() instanceof Broadcast
            || node.op() instanceof Reshape
            || node.op() instanceof Iota
        ? Role.FREE
        : Role.MEMBER;
  }

  private void group() {
    for (int i = 0; i < nodes.size(); i++) {
      if (roles[i] != Role.MEMBER) {
        continue;
      }
      looked = i;
      var group = alone(i);
      assign(group);
      for (int producer : sources(group)) {
        var other = groups[producer];
        if (other != null && other != group) {
          group = join(group, other).orElse(group);
          assign(group);
        }
      }
    }
  }

  private void assign(Group group) {
    group.members().forEach(member -> groups[member] = group);
  }

  /** A member with as many of the free nodes before it as fit into one space with it. */
  private Group alone(int index) {
    var group = new Group(new TreeSet<>(Set.of(index)), new TreeSet<>());
    for (var operand : nodes.get(index).operands()) {
      var chain = new TreeSet<Integer>();
      collectFree(operand, chain);
      var longer = new Group(group.members(), new TreeSet<>(group.free()));
      longer.free().addAll(chain);
      if (space(longer).isPresent()) {
        group = longer;
      }
    }
    return group;
  }

  private void collectFree(Value value, Set<Integer> chain) {
    var producer = producers.get(value);
    if (producer != null && roles[producer] == Role.FREE && chain.add(producer)) {
      nodes.get(producer).operands().forEach(operand -> collectFree(operand, chain));
    }
  }

  /** The members of other groups that a group reads, latest first. */
  private List<Integer> sources(Group group) {
    var all = group.all();
    var sources = new TreeSet<Integer>();
    for (int index : all) {
      for (var operand : nodes.get(index).operands()) {
        var producer = producers.get(operand);
        if (producer != null && roles[producer] == Role.MEMBER && !all.contains(producer)) {
          sources.add(producer);
        }
      }
    }
    return List.copyOf(sources.descendingSet());
  }

  private Optional<Group> join(Group x, Group y) {
    var joined = x.with(y);
    if (work(joined) > GREATEST_WORK || space(joined).isEmpty() || leavesAndReturns(joined)) {
      return Optional.empty();
    }
    return Optional.of(joined);
  }

  /** Gives copies of what is cheap to all groups that read it; see above. */
  private void copy() {
    var outputs = new HashSet<>(graph.outputs());
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (roles[i] == Role.MEMBER && isCheap(i) && !outputs.contains(nodes.get(i).result())) {
        copy(i);
      }
    }
  }

  private void copy(int index) {
    var home = groups[index];
    var chain = new TreeSet<>(Set.of(index));
    nodes.get(index).operands().forEach(operand -> collectFree(operand, chain));
    var longer = new IdentityHashMap<Group, Group>();
    for (int consumer : consumers.get(index)) {
      if (roles[consumer] != Role.MEMBER) {
        return;
      }
      var reader = groups[consumer];
      if (reader != home && !longer.containsKey(reader)) {
        var copied = reader.with(new Group(new TreeSet<>(), chain));
        if (space(copied).isEmpty()) {
          return;
        }
        longer.put(reader, copied);
      }
    }
    if (!longer.isEmpty() && drop(index, home)) {
      longer.values().forEach(this::assign);
    }
  }

  /** Takes a node out of its group if no other member reads it; false if the group needs it. */
  private boolean drop(int index, Group home) {
    if (consumers.get(index).stream()
        .anyMatch(consumer -> roles[consumer] == Role.MEMBER && groups[consumer] == home)) {
      return true;
    }
    var members = new TreeSet<>(home.members());
    members.remove(index);
    var free = new TreeSet<Integer>();
    for (int member : members) {
      nodes.get(member).operands().forEach(operand -> collectFree(operand, free));
    }
    free.retainAll(home.free());
    var rest = new Group(members, free);
    if (!members.isEmpty() && space(rest).isEmpty()) {
      return false;
    }
    roles[index] = Role.FREE;
    assign(rest);
    return true;
  }

  /** One operation on one value in memory and on free ones. */
  private boolean isCheap(int index) {
    var node = nodes.get(index);
    boolean simple =
        node.op() instanceof Binary binary
            && switch (binary.kind()) {
              case ADD, SUBTRACT, MULTIPLY -> true;
              case DIVIDE, REMAINDER, POWER, MAXIMUM, MINIMUM -> false;
              case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC -> false;
            };
    return simple
        && node.operands().stream().filter(this::isMemory).count() == 1
        && node.operands().stream().allMatch(operand -> isMemory(operand) || isFree(operand));
  }

  /** Whether a value is no group's: an argument of the graph, or what a step of its own made. */
  private boolean isMemory(Value value) {
    var producer = producers.get(value);
    return producer == null || roles[producer] == Role.SINGLE;
  }

  private boolean isFree(Value value) {
    var producer = producers.get(value);
    return producer != null && roles[producer] == Role.FREE;
  }

  private Optional<Space> space(Group group) {
    return Space.of(group.all().stream().map(nodes::get).toList());
  }

  private int work(Group group) {
    int work = 0;
    for (int member : group.members()) {
      work += nodes.get(member).op() instanceof Unary unary ? work(unary.kind()) : 2;
    }
    return work;
  }

  private static int work(Unary.Kind kind) {
    return switch (kind) {
      case ABS, NEGATE, NOT, SQRT, RSQRT, IS_FINITE -> 2;
      case SIGN, FLOOR, CEIL, ROUND_NEAREST_EVEN -> 6;
      case EXP, LOGISTIC -> 24;
      case EXPM1, LOG, LOG1P, TANH, SIN, COS, ERF -> 36;
    };
  }

  /** Whether a path leaves the group and comes back: then it could not run as one step. */
  private boolean leavesAndReturns(Group group) {
    var inside = group.all();
    var seen = new boolean[nodes.size()];
    var pending = new ArrayList<Integer>();
    var within = new ArrayList<Integer>(group.members());
    var passed = new HashSet<Integer>(group.members());
    while (!within.isEmpty()) {
      for (int consumer : consumers.get(within.removeLast())) {
        if (!inside.contains(consumer)) {
          visit(consumer, seen, pending);
        } else if (group.free().contains(consumer) && passed.add(consumer)) {
          within.add(consumer);
        }
      }
    }
    while (!pending.isEmpty()) {
      int at = pending.removeLast();
      var unit = groups[at] == null ? List.of(at) : List.copyOf(groups[at].members());
      for (int member : unit) {
        seen[member] = true;
        for (int consumer : consumers.get(member)) {
          if (inside.contains(consumer)) {
            return true;
          }
          // Nodes not looked at yet are in no group: from there no way leads back.
          if (consumer <= looked) {
            visit(consumer, seen, pending);
          }
        }
      }
    }
    return false;
  }

  private static void visit(int index, boolean[] seen, List<Integer> pending) {
    if (!seen[index]) {
      seen[index] = true;
      pending.add(index);
    }
  }

  private List<Step> steps() {
    var units = new ArrayList<Group>();
    var needed = needed();
    for (int i = 0; i < nodes.size(); i++) {
      if (roles[i] == Role.SINGLE || needed[i]) {
        units.add(new Group(new TreeSet<>(Set.of(i)), new TreeSet<>()));
      } else if (roles[i] == Role.MEMBER && groups[i].members().last() == i) {
        units.add(groups[i]);
      }
    }
    var ordered = new Order(units).sorted();
    var read = readOutside(ordered);
    var steps = new ArrayList<Step>();
    for (var unit : ordered) {
      int first = unit.members().first();
      if (roles[first] == Role.MEMBER) {
        steps.add(fused(unit, read, steps.size()));
      } else {
        steps.add(new Step.Single(nodes.get(first)));
      }
    }
    return steps;
  }

  /** Which free nodes something outside of the groups reads. */
  private boolean[] needed() {
    var needed = new boolean[nodes.size()];
    var outputs = new HashSet<>(graph.outputs());
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (roles[i] == Role.FREE) {
        needed[i] = outputs.contains(nodes.get(i).result());
        for (int consumer : consumers.get(i)) {
          needed[i] |=
              switch (roles[consumer]) {
                case SINGLE -> true;
                case MEMBER -> !groups[consumer].free().contains(i);
                case FREE -> needed[consumer];
              };
        }
      }
    }
    // A copy inside a group may read a free node that has no copy there.
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (roles[i] == Role.MEMBER) {
        for (int index : groups[i].free()) {
          for (var operand : nodes.get(index).operands()) {
            var producer = producers.get(operand);
            if (producer != null && roles[producer] == Role.FREE) {
              needed[producer] |= !groups[i].free().contains(producer);
            }
          }
        }
      }
    }
    for (int i = nodes.size() - 1; i >= 0; i--) {
      for (int consumer : consumers.get(i)) {
        needed[i] |= roles[i] == Role.FREE && roles[consumer] == Role.FREE && needed[consumer];
      }
    }
    return needed;
  }

  /** The values that a step reads from another one, and the graph's outputs. */
  private Set<Value> readOutside(List<Group> units) {
    var read = new HashSet<>(graph.outputs());
    for (var unit : units) {
      var all = unit.all();
      for (int index : all) {
        for (var operand : nodes.get(index).operands()) {
          var producer = producers.get(operand);
          if (producer != null && !all.contains(producer)) {
            read.add(operand);
          }
        }
      }
    }
    return read;
  }

  private Step.Fused fused(Group group, Set<Value> read, int number) {
    var defined = new HashSet<Value>();
    var inputs = new ArrayList<Value>();
    var outputs = new ArrayList<Value>();
    var inside = new ArrayList<Node>();
    for (int index : group.all()) {
      var node = nodes.get(index);
      inside.add(node);
      for (var operand : node.operands()) {
        if (!defined.contains(operand) && !inputs.contains(operand)) {
          inputs.add(operand);
        }
      }
      defined.add(node.result());
      if (group.members().contains(index) && read.contains(node.result())) {
        outputs.add(node.result());
      }
    }
    var name = "fused" + number + "_" + Naming.of(inside);
    return new Step.Fused(new Graph(inputs, inside, outputs), inputs, outputs, name);
  }

  /** Kahn's order; of the units that are ready, the one whose last node came first. */
  private final class Order {
    private final List<Group> units;
    private final Map<Integer, Integer> unitOf = new HashMap<>();

    Order(List<Group> units) {
      this.units = units;
      for (int unit = 0; unit < units.size(); unit++) {
        for (int member : units.get(unit).members()) {
          unitOf.put(member, unit);
        }
      }
    }

    List<Group> sorted() {
      var waiting = new int[units.size()];
      var followers = new ArrayList<Set<Integer>>();
      for (int i = 0; i < units.size(); i++) {
        followers.add(new TreeSet<>());
      }
      for (int unit = 0; unit < units.size(); unit++) {
        for (int before : before(unit)) {
          followers.get(before).add(unit);
          waiting[unit]++;
        }
      }
      var ready = new TreeSet<Integer>();
      for (int unit = 0; unit < units.size(); unit++) {
        if (waiting[unit] == 0) {
          ready.add(unit);
        }
      }
      var sorted = new ArrayList<Group>();
      while (!ready.isEmpty()) {
        int unit = ready.removeFirst();
        sorted.add(units.get(unit));
        for (int follower : followers.get(unit)) {
          if (--waiting[follower] == 0) {
            ready.add(follower);
          }
        }
      }
      if (sorted.size() != units.size()) {
        throw new IllegalStateException("groups wait for each other: " + Arrays.toString(waiting));
      }
      return sorted;
    }

    private Set<Integer> before(int unit) {
      var before = new TreeSet<Integer>();
      var all = units.get(unit).all();
      for (int index : all) {
        for (var operand : nodes.get(index).operands()) {
          var producer = producers.get(operand);
          if (producer != null && !all.contains(producer)) {
            before.add(Optional.ofNullable(unitOf.get(producer)).orElseThrow());
          }
        }
      }
      before.remove(unit);
      return before;
    }
  }
}
