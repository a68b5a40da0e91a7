package dev.backplane.runtime.pass;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.If;
import dev.backplane.op.Scan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Drops what no output depends on: nodes; the carries, operands and stacked results of a scan; the
 * captures and results of an If.
 */
final class DeadCode {
  private DeadCode() {}

  static Graph remove(Graph graph) {
    var live = new HashSet<>(graph.outputs());
    var kept = new ArrayList<Node>();
    for (var node : graph.nodes().reversed()) {
      if (node.results().stream().anyMatch(live::contains)) {
        var narrow = narrow(node, live);
        live.addAll(narrow.operands());
        kept.add(narrow);
      }
    }
    return new Graph(graph.inputs(), kept.reversed(), graph.outputs());
  }

  private static Node narrow(Node node, Set<Value> live) {
    var results = new TreeSet<Integer>();
    for (int i = 0; i < node.results().size(); i++) {
      if (live.contains(node.results().get(i))) {
        results.add(i);
      }
    }
    if (node.op() instanceof Scan scan) {
      return narrow(node, scan, results);
    }
    return node.op() instanceof If branches ? narrow(node, branches, results) : node;
  }

  private static Node narrow(Node node, Scan scan, TreeSet<Integer> results) {
    var body = scan.body();
    var used = usedInputs(body, results);
    // A carry lives if its last value does, or if an iteration uses it for something that does.
    while (results.addAll(used.stream().filter(i -> i < scan.carries()).toList())) {
      used = usedInputs(body, results);
    }
    var inputs = new TreeSet<>(used);
    inputs.addAll(results.stream().filter(i -> i < scan.carries()).toList());
    if (results.size() == node.results().size() && inputs.size() == node.operands().size()) {
      return node;
    }
    var narrow =
        new Scan(
            remove(
                new Graph(
                    pick(body.inputs(), inputs),
                    live(body, results),
                    pick(body.outputs(), results))),
            scan.length(),
            inputs.headSet(scan.carries()).size(),
            inputs.subSet(scan.carries(), scan.carries() + scan.scanned()).size(),
            scan.reverse());
    return new Node(
        narrow, pick(node.operands(), inputs), pick(node.results(), results), node.origin());
  }

  private static Node narrow(Node node, If branches, TreeSet<Integer> results) {
    var captures = usedInputs(branches.then(), results);
    captures.addAll(usedInputs(branches.otherwise(), results));
    if (results.size() == node.results().size() && captures.size() == node.operands().size() - 1) {
      return node;
    }
    var operands = new ArrayList<Value>();
    operands.add(node.operands().getFirst());
    operands.addAll(pick(node.operands().subList(1, node.operands().size()), captures));
    var narrow =
        new If(
            narrow(branches.then(), captures, results),
            narrow(branches.otherwise(), captures, results));
    return new Node(narrow, operands, pick(node.results(), results), node.origin());
  }

  private static Graph narrow(Graph graph, Set<Integer> inputs, Set<Integer> outputs) {
    return new Graph(
        pick(graph.inputs(), inputs), live(graph, outputs), pick(graph.outputs(), outputs));
  }

  /** The nodes that some of the outputs depend on. */
  private static List<Node> live(Graph graph, Collection<Integer> outputs) {
    return remove(new Graph(graph.inputs(), graph.nodes(), pick(graph.outputs(), outputs))).nodes();
  }

  /** The places of the inputs that some of the outputs depend on. */
  private static TreeSet<Integer> usedInputs(Graph graph, Collection<Integer> outputs) {
    var used = new HashSet<>(pick(graph.outputs(), outputs));
    live(graph, outputs).forEach(node -> used.addAll(node.operands()));
    var places = new TreeSet<Integer>();
    for (int i = 0; i < graph.inputs().size(); i++) {
      if (used.contains(graph.inputs().get(i))) {
        places.add(i);
      }
    }
    return places;
  }

  private static <T> List<T> pick(List<T> list, Collection<Integer> places) {
    return places.stream().map(list::get).toList();
  }
}
