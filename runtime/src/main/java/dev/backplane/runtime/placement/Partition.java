package dev.backplane.runtime.placement;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Broadcast;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Cuts a placed graph into parts that run one after the other. A part takes every node of its site
 * that can run by then, so that no part waits for itself by way of another (parts are convex), and
 * a graph of one site is one part. Constants are made anew in each part that uses them.
 */
final class Partition {
  private final Graph graph;
  private final Map<Value, PlacedNode> free = new HashMap<>();
  private final Set<Value> defined = new HashSet<>();

  private Partition(Graph graph) {
    this.graph = graph;
    defined.addAll(graph.inputs());
  }

  static List<Part> of(Graph graph, List<PlacedNode> nodes) {
    return new Partition(graph).cut(nodes);
  }

  private record Segment(Site site, List<Node> nodes) {}

  private List<Part> cut(List<PlacedNode> nodes) {
    boolean whole = nodes.stream().map(PlacedNode::site).distinct().count() <= 1;
    List<PlacedNode> waiting = new ArrayList<>();
    for (var node : nodes) {
      if (!whole && isFree(node) && !isOutput(node)) {
        free.put(node.node().result(), node);
        defined.add(node.node().result());
      } else {
        waiting.add(node);
      }
    }
    var segments = new ArrayList<Segment>();
    var site = Site.CHOSEN;
    while (!waiting.isEmpty()) {
      var taken = take(site, waiting);
      if (!taken.isEmpty()) {
        segments.add(new Segment(site, taken));
      }
      site = site == Site.CHOSEN ? Site.REFERENCE : Site.CHOSEN;
    }
    return parts(segments);
  }

  /** Whether it is cheaper to make its result again than to send it: constants, also repeated. */
  private boolean isFree(PlacedNode node) {
    return node.isFree()
        || node.site() == Site.CHOSEN
            && node.node().op() instanceof Broadcast
            && free.containsKey(node.node().operands().getFirst());
  }

  private boolean isOutput(PlacedNode node) {
    return graph.outputs().contains(node.node().result());
  }

  /** Takes from those waiting what can run on the site now; the rest goes on waiting. */
  private List<Node> take(Site site, List<PlacedNode> waiting) {
    var taken = new ArrayList<Node>();
    var rest = new ArrayList<PlacedNode>();
    for (var node : waiting) {
      if (node.site() == site && defined.containsAll(node.node().operands())) {
        taken.add(node.node());
        defined.addAll(node.node().results());
      } else {
        rest.add(node);
      }
    }
    waiting.clear();
    waiting.addAll(rest);
    return taken;
  }

  private List<Part> parts(List<Segment> segments) {
    var parts = new ArrayList<Part>();
    Set<Value> needed = new HashSet<>(graph.outputs());
    for (int i = segments.size() - 1; i >= 0; i--) {
      var segment = segments.get(i);
      var nodes = withConstants(segment.nodes());
      Set<Value> made = new LinkedHashSet<>();
      nodes.forEach(node -> made.addAll(node.results()));
      Set<Value> inputs = new LinkedHashSet<>();
      nodes.forEach(node -> inputs.addAll(node.operands()));
      inputs.removeAll(made);
      var outputs = made.stream().filter(needed::contains).toList();
      parts.addFirst(new Part(segment.site(), new Graph(List.copyOf(inputs), nodes, outputs)));
      needed.addAll(inputs);
    }
    return parts;
  }

  private List<Node> withConstants(List<Node> nodes) {
    var all = new ArrayList<Node>();
    Set<Value> made = new HashSet<>();
    nodes.forEach(
        node -> {
          addConstants(node, made, all);
          all.add(node);
        });
    return all;
  }

  private void addConstants(Node user, Set<Value> made, List<Node> all) {
    for (var operand : user.operands()) {
      var constant = free.get(operand);
      if (constant != null && made.add(operand)) {
        addConstants(constant.node(), made, all);
        all.add(constant.node());
      }
    }
  }
}
