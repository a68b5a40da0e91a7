package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.If;
import dev.backplane.op.Scan;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The gradients of Scan and If, whose bodies are differentiated as graphs of their own.
 *
 * <p>A scan runs backwards over the same length. What an iteration of the forward scan computed and
 * the backward one needs, the residuals, is stacked by the forward scan, which is widened; what
 * depends on nothing but invariants and constants is computed again. The branches of an If compute
 * again all that they need: only the one that is taken runs, and nothing is stored for the other.
 */
final class Loops {
  private Loops() {}

  static void branches(If op, Pullback p) {
    var captures = p.operands().subList(1, p.operands().size());
    var present = present(p.cotangents());
    var asked = IntStream.range(0, captures.size()).boxed().filter(i -> p.wants(1 + i)).toList();
    var then = branch(op.then(), p, present, asked);
    var otherwise = branch(op.otherwise(), p, present, asked);
    var operands = new ArrayList<>(p.operands());
    present.forEach(i -> operands.add(p.cotangent(i).orElseThrow()));
    var pulled = p.emit.applyAll(new If(then, otherwise), operands);
    for (int i = 0; i < asked.size(); i++) {
      p.give(1 + asked.get(i), pulled.get(i));
    }
  }

  /** The backward branch: captures and cotangents to the cotangents of the captures asked for. */
  private static Graph branch(
      Graph forward, Pullback p, List<Integer> present, List<Integer> asked) {
    var builder = new Graph.Builder();
    var captures = forward.inputTypes().stream().map(builder::input).toList();
    var cotangents = new ArrayList<Optional<Value>>();
    for (int i = 0; i < forward.outputs().size(); i++) {
      cotangents.add(
          present.contains(i) ? Optional.of(builder.input(p.result(i).type())) : Optional.empty());
    }
    var outputs = builder.inline(forward, captures, p.node().origin());
    var targets = asked.stream().map(captures::get).toList();
    var pulled = Gradient.pullBack(builder, 0, outputs, cotangents, targets);
    var emit = new Emitter(builder, p.node().origin());
    var results = new ArrayList<Value>();
    for (int i = 0; i < pulled.size(); i++) {
      var target = targets.get(i);
      results.add(pulled.get(i).orElseGet(() -> emit.zeros(target.type())));
    }
    return builder.build(results);
  }

  private static List<Integer> present(List<Optional<Value>> values) {
    return IntStream.range(0, values.size())
        .boxed()
        .filter(i -> values.get(i).isPresent())
        .toList();
  }

  static void scan(Scan scan, Pullback p) {
    var joint = Joint.of(scan, p);
    if (joint.pulled.stream().noneMatch(Optional::isPresent)) {
      return;
    }
    var kept = new Kept(scan, joint);
    var stacks = p.widen(kept.forward());
    backward(scan, p, joint, kept, stacks);
  }

  /**
   * One iteration and its gradient in one graph: the nodes before {@code mark} compute what the
   * body computes, those behind pull the cotangents back.
   *
   * @param nodes all nodes
   * @param mark how many of them are forward
   * @param inputs the body's inputs
   * @param outputs the body's outputs
   * @param cotangents the cotangents of the outputs, as inputs
   * @param pulled the cotangents of the inputs
   */
  private record Joint(
      List<Node> nodes,
      int mark,
      List<Value> inputs,
      List<Value> outputs,
      List<Optional<Value>> cotangents,
      List<Optional<Value>> pulled) {

    /**
     * A carry has a cotangent if its last value has one, or if an iteration gives it one that an
     * earlier iteration hands on: found by trying until no more are found.
     */
    static Joint of(Scan scan, Pullback p) {
      var active = activeInputs(scan, p.wanted());
      var reached =
          Gradient.active(
              scan.body().nodes(), active.stream().map(scan.body().inputs()::get).toList());
      var arriving = new HashSet<>(present(p.cotangents()));
      arriving.removeIf(i -> !reached.contains(scan.body().outputs().get(i)));
      while (true) {
        var joint = of(scan.body(), p.node().origin(), active, arriving);
        var more = new HashSet<>(arriving);
        for (int i = 0; i < scan.carries(); i++) {
          if (joint.pulled.get(i).isPresent()) {
            more.add(i);
          }
        }
        if (more.equals(arriving)) {
          return joint;
        }
        arriving = more;
      }
    }

    private static Joint of(
        Graph body, String origin, List<Integer> active, Set<Integer> arriving) {
      var builder = new Graph.Builder();
      var inputs = body.inputTypes().stream().map(builder::input).toList();
      var outputs = builder.inline(body, inputs, origin);
      int mark = builder.size();
      var cotangents = new ArrayList<Optional<Value>>();
      for (int i = 0; i < outputs.size(); i++) {
        var type = outputs.get(i).type();
        cotangents.add(arriving.contains(i) ? Optional.of(builder.input(type)) : Optional.empty());
      }
      var targets = active.stream().map(inputs::get).toList();
      var found = Gradient.pullBack(builder, 0, outputs, cotangents, targets);
      var pulled = new ArrayList<Optional<Value>>();
      inputs.forEach(_ -> pulled.add(Optional.empty()));
      for (int i = 0; i < found.size(); i++) {
        pulled.set(active.get(i), found.get(i));
      }
      return new Joint(
          live(builder.nodes(), mark, pulled), mark, inputs, outputs, cotangents, pulled);
    }

    /** Without the backward nodes that nothing asked for depends on. */
    private static List<Node> live(List<Node> nodes, int mark, List<Optional<Value>> pulled) {
      var needed = new HashSet<Value>();
      pulled.forEach(value -> value.ifPresent(needed::add));
      var live = new ArrayList<Node>();
      for (var node : nodes.subList(mark, nodes.size()).reversed()) {
        if (node.results().stream().anyMatch(needed::contains)) {
          needed.addAll(node.operands());
          live.add(node);
        }
      }
      var all = new ArrayList<>(nodes.subList(0, mark));
      all.addAll(live.reversed());
      return all;
    }

    /** The inputs of the body that depend on anything asked for, in any iteration. */
    private static List<Integer> activeInputs(Scan scan, List<Boolean> wanted) {
      var body = scan.body();
      var active = new ArrayList<>(wanted);
      boolean changed = true;
      while (changed) {
        changed = false;
        var from = new ArrayList<Value>();
        for (int i = 0; i < active.size(); i++) {
          if (active.get(i)) {
            from.add(body.inputs().get(i));
          }
        }
        var reached = Gradient.active(body.nodes(), from);
        for (int i = 0; i < scan.carries(); i++) {
          if (!active.get(i) && reached.contains(body.outputs().get(i))) {
            active.set(i, true);
            changed = true;
          }
        }
      }
      return IntStream.range(0, active.size()).boxed().filter(active::get).toList();
    }

    List<Node> forward() {
      return nodes.subList(0, mark);
    }

    List<Node> backward() {
      return nodes.subList(mark, nodes.size());
    }
  }

  /** How the backward iteration comes by each forward value that it uses. */
  private static final class Kept {
    private final Scan scan;
    private final Joint joint;

    /** Forward values stacked for the backward scan, in the order of their first use. */
    final List<Value> residuals = new ArrayList<>();

    /** Places of the scan's operands, scanned or invariant, that are handed over as they are. */
    final Set<Integer> operands = new LinkedHashSet<>();

    /** Forward nodes computed again. */
    final Set<Node> again = new LinkedHashSet<>();

    private final Map<Value, Node> producers = new HashMap<>();
    private final Set<Value> fixed = new HashSet<>();
    private final Set<Value> seen = new HashSet<>();

    Kept(Scan scan, Joint joint) {
      this.scan = scan;
      this.joint = joint;
      fixed.addAll(joint.inputs.subList(scan.carries() + scan.scanned(), joint.inputs.size()));
      for (var node : joint.forward()) {
        node.results().forEach(result -> producers.put(result, node));
        if (fixed.containsAll(node.operands())) {
          fixed.addAll(node.results());
        }
      }
      joint.backward().forEach(node -> node.operands().forEach(this::need));
      joint.pulled.forEach(value -> value.ifPresent(this::need));
    }

    private void need(Value value) {
      int input = joint.inputs.indexOf(value);
      if (!seen.add(value) || input < 0 && !producers.containsKey(value)) {
        return;
      }
      var producer = producers.get(value);
      if (input >= scan.carries()) {
        operands.add(input);
      } else if (producer != null && fixed.contains(value)) {
        producer.operands().forEach(this::need);
        again.add(producer);
      } else {
        residuals.add(value);
      }
    }

    /** The scan that also stacks the residuals it does not stack already. */
    Scan forward() {
      var outputs = new ArrayList<>(joint.outputs);
      outputs.addAll(unstacked());
      var body = new Graph(joint.inputs, joint.forward(), outputs);
      return new Scan(body, scan.length(), scan.carries(), scan.scanned(), scan.reverse());
    }

    List<Value> unstacked() {
      var stacked = joint.outputs.subList(scan.carries(), joint.outputs.size());
      return residuals.stream().filter(value -> !stacked.contains(value)).toList();
    }

    /** The stacks of the residuals, some of which were results before. */
    List<Value> stacks(List<Value> results, List<Value> added) {
      var stacked = joint.outputs.subList(scan.carries(), joint.outputs.size());
      var unstacked = unstacked();
      return residuals.stream()
          .map(
              value ->
                  stacked.contains(value)
                      ? results.get(scan.carries() + stacked.indexOf(value))
                      : added.get(unstacked.indexOf(value)))
          .toList();
    }
  }

  /** Appends the backward scan and hands out what it gives. */
  private static void backward(Scan scan, Pullback p, Joint joint, Kept kept, List<Value> added) {
    var body = new Body();
    int firstInvariant = scan.carries() + scan.scanned();
    var emit = new Emitter(body.builder, p.node().origin());
    var carried = new LinkedHashMap<Integer, Value>();
    for (int i = 0; i < scan.carries(); i++) {
      if (joint.cotangents.get(i).isPresent()) {
        var initial = p.cotangent(i).orElseGet(zerosAt(p, p.type(i)));
        body.input(joint.cotangents.get(i).get(), initial, initial.type());
        carried.put(i, initial);
      }
    }
    var sums = new LinkedHashMap<Integer, Value>();
    for (int i = firstInvariant; i < joint.inputs.size(); i++) {
      if (joint.pulled.get(i).isPresent()) {
        body.operands.add(p.emit.zeros(p.type(i)));
        sums.put(i, body.builder.input(p.type(i)));
      }
    }
    int scannedFrom = body.operands.size();
    for (int i = scan.carries(); i < joint.outputs.size(); i++) {
      if (joint.cotangents.get(i).isPresent()) {
        body.input(
            joint.cotangents.get(i).get(),
            p.cotangent(i).orElseThrow(),
            joint.outputs.get(i).type());
      }
    }
    var stacks = kept.stacks(p.node().results(), added);
    for (int i = 0; i < stacks.size(); i++) {
      body.input(kept.residuals.get(i), stacks.get(i), kept.residuals.get(i).type());
    }
    for (int i : kept.operands) {
      if (i < firstInvariant) {
        body.input(joint.inputs.get(i), p.operand(i), joint.inputs.get(i).type());
      }
    }
    int scanned = body.operands.size() - scannedFrom;
    for (int i : kept.operands) {
      if (i >= firstInvariant) {
        body.input(joint.inputs.get(i), p.operand(i), joint.inputs.get(i).type());
      }
    }
    kept.again.forEach(body::add);
    joint.backward().forEach(body::add);
    var outputs = new ArrayList<Value>();
    for (int i : carried.keySet()) {
      var type = p.type(i);
      outputs.add(joint.pulled.get(i).map(body::get).orElseGet(() -> emit.zeros(type)));
    }
    sums.forEach(
        (i, sum) -> outputs.add(emit.add(sum, body.get(joint.pulled.get(i).orElseThrow()))));
    var stacked = new ArrayList<Integer>();
    for (int i = scan.carries(); i < firstInvariant; i++) {
      if (joint.pulled.get(i).isPresent()) {
        outputs.add(body.get(joint.pulled.get(i).get()));
        stacked.add(i);
      }
    }
    var back =
        new Scan(body.builder.build(outputs), scan.length(), scannedFrom, scanned, !scan.reverse());
    var results = p.emit.applyAll(back, body.operands);
    int next = 0;
    var places = new ArrayList<>(carried.keySet());
    places.addAll(sums.keySet());
    places.addAll(stacked);
    for (int i : places) {
      p.give(i, results.get(next++));
    }
  }

  private static Supplier<Value> zerosAt(Pullback p, TensorType type) {
    return () -> p.emit.zeros(type);
  }

  /** The body of a backward scan while it is put together. */
  private static final class Body {
    final Graph.Builder builder = new Graph.Builder();
    final List<Value> operands = new ArrayList<>();
    private final Map<Value, Value> mapped = new HashMap<>();

    void input(Value joint, Value operand, TensorType type) {
      operands.add(operand);
      mapped.put(joint, builder.input(type));
    }

    void add(Node node) {
      var results =
          builder.apply(node.op(), node.operands().stream().map(this::get).toList(), node.origin());
      for (int i = 0; i < results.size(); i++) {
        mapped.put(node.results().get(i), results.get(i));
      }
    }

    Value get(Value joint) {
      return Objects.requireNonNull(mapped.get(joint), () -> "unmapped " + joint);
    }
  }
}
