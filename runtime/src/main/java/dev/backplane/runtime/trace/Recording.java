package dev.backplane.runtime.trace;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.Op;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The nodes of a trace. While it is recorded a value may have aliases, so that a gradient can be
 * taken with respect to one use of it; the finished graph has none.
 */
final class Recording {
  private final Graph.Builder builder = new Graph.Builder();
  private final Map<Value, Value> aliases = new HashMap<>();
  private final List<Value> inputs = new ArrayList<>();

  Value input(TensorType type) {
    var input = builder.input(type);
    inputs.add(input);
    return input;
  }

  List<Value> apply(Op op, List<Value> operands, String origin) {
    return builder.apply(op, operands, origin);
  }

  /**
   * Another name for a value; a barrier until the graph is built, as gradients pass through one.
   */
  Value alias(Value value, String origin) {
    var alias = builder.apply(new OptimizationBarrier(), List.of(value), origin).getFirst();
    aliases.put(alias, value);
    return alias;
  }

  /** Lets someone else append nodes. */
  List<Value> extend(Function<Graph.Builder, List<Value>> author) {
    return author.apply(builder);
  }

  /** The graph without the aliases. */
  Graph build(List<Value> outputs) {
    if (aliases.isEmpty()) {
      return builder.build(outputs);
    }
    var nodes = new ArrayList<Node>();
    for (var node : builder.nodes()) {
      if (node.results().size() == 1 && aliases.containsKey(node.result())) {
        continue;
      }
      var operands = node.operands().stream().map(this::original).toList();
      nodes.add(new Node(node.op(), operands, node.results(), node.origin()));
    }
    return new Graph(inputs, nodes, outputs.stream().map(this::original).toList());
  }

  private Value original(Value value) {
    var at = value;
    while (aliases.containsKey(at)) {
      at = aliases.getOrDefault(at, at);
    }
    return at;
  }
}
