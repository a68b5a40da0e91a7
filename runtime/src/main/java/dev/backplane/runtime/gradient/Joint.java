package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Scan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * One iteration and its gradient in one graph: the nodes before {@code mark} compute what the body
 * computes, those behind pull the cotangents back.
 *
 * @param nodes all nodes
 * @param mark how many of them are forward
 * @param inputs the body's inputs
 * @param outputs the body's outputs
 * @param cotangents the cotangents of the outputs, as inputs
 * @param pulled the cotangents of the inputs
 */
record Joint(
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
    var arriving = new HashSet<>(Loops.present(p.cotangents()));
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

  private static Joint of(Graph body, String origin, List<Integer> active, Set<Integer> arriving) {
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

  /** The cotangents of the slices of scanned operands, in their order. */
  List<Value> pulledScanned(Scan scan) {
    return pulled.subList(scan.carries(), scan.carries() + scan.scanned()).stream()
        .flatMap(Optional::stream)
        .distinct()
        .toList();
  }
}
