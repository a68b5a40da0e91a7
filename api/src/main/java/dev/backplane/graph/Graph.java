package dev.backplane.graph;

import dev.backplane.op.Op;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * A closed program without side effects: inputs, nodes in an order in which every value is defined
 * before it is used, outputs. Checked when it is made.
 *
 * <ul>
 *   <li>C1: every value is defined exactly once, before its first use, and always with one type.
 *   <li>C2: each node's results have the types its op infers.
 * </ul>
 *
 * @param inputs the parameters
 * @param nodes the applications, in order
 * @param outputs the results; a value may stand here several times, and an input may be one
 */
public record Graph(List<Value> inputs, List<Node> nodes, List<Value> outputs) {
  /**
   * Checks and copies.
   *
   * @throws dev.backplane.tensor.ShapeException if an op refuses its operands
   * @throws IllegalArgumentException if C1 or C2 does not hold
   */
  public Graph {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    var defined = new HashMap<Integer, Value>();
    define(defined, inputs);
    for (var node : nodes) {
      requireDefined(defined, node.operands(), node.op().name());
      var inferred = node.op().infer(Value.types(node.operands()));
      var stated = Value.types(node.results());
      if (!inferred.equals(stated)) {
        throw new IllegalArgumentException(
            "Graph C2: " + node.op().name() + " gives " + inferred + ", the node says " + stated);
      }
      define(defined, node.results());
    }
    requireDefined(defined, outputs, "the outputs");
  }

  private static void define(HashMap<Integer, Value> defined, List<Value> values) {
    for (var value : values) {
      if (defined.put(value.id(), value) != null) {
        throw new IllegalArgumentException("Graph C1: " + value + " is defined twice");
      }
    }
  }

  private static void requireDefined(
      HashMap<Integer, Value> defined, List<Value> values, String user) {
    for (var value : values) {
      if (!value.equals(defined.get(value.id()))) {
        throw new IllegalArgumentException(
            "Graph C1: " + value + " is not defined where " + user + " uses it");
      }
    }
  }

  /** The types of the inputs. */
  public List<TensorType> inputTypes() {
    return Value.types(inputs);
  }

  /** The types of the outputs. */
  public List<TensorType> outputTypes() {
    return Value.types(outputs);
  }

  /** The text form, which {@link GraphText#parse} reads back. */
  @Override
  public String toString() {
    return GraphText.print(this);
  }

  /** Makes a graph node by node. Not thread-safe. */
  public static final class Builder {
    private final List<Value> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private int next;

    /** A builder of an empty graph. */
    public Builder() {}

    /** A new parameter. */
    public Value input(TensorType type) {
      var value = new Value(next++, type);
      inputs.add(value);
      return value;
    }

    /** Applies an op; the results' types are inferred. */
    public List<Value> apply(Op op, List<Value> operands, String origin) {
      var types = op.infer(Value.types(operands));
      var results = new ArrayList<Value>(types.size());
      for (var type : types) {
        results.add(new Value(next++, type));
      }
      var node = new Node(op, operands, results, origin);
      nodes.add(node);
      return node.results();
    }

    /** Applies an op of one result. */
    public Value apply(Op op, Value... operands) {
      var results = apply(op, List.of(operands), "");
      if (results.size() != 1) {
        throw new IllegalArgumentException(op.name() + " has " + results.size() + " results");
      }
      return results.getFirst();
    }

    /** Puts another graph's nodes here, its inputs replaced by the arguments; gives its outputs. */
    public List<Value> inline(Graph graph, List<Value> arguments, String origin) {
      if (!graph.inputTypes().equals(Value.types(arguments))) {
        throw new IllegalArgumentException(
            "inline: the graph takes " + graph.inputTypes() + ", found " + arguments);
      }
      var mapped = new HashMap<Value, Value>();
      for (int i = 0; i < arguments.size(); i++) {
        mapped.put(graph.inputs().get(i), arguments.get(i));
      }
      for (var node : graph.nodes()) {
        var results =
            apply(
                node.op(),
                node.operands().stream().map(mapped::get).toList(),
                node.origin().isEmpty() ? origin : node.origin());
        for (int i = 0; i < results.size(); i++) {
          mapped.put(node.results().get(i), results.get(i));
        }
      }
      return graph.outputs().stream().map(mapped::get).toList();
    }

    /**
     * Replaces the op of a node by one that takes the same operands and gives the same results
     * first and then more: how a forward pass learns to keep what its backward pass needs. Values
     * keep their identity.
     *
     * @param index the place of the node in {@link #nodes()}
     * @return the further results
     * @throws IllegalArgumentException if the op's results do not begin with the node's
     */
    public List<Value> widen(int index, Op op) {
      var node = nodes.get(index);
      var types = op.infer(Value.types(node.operands()));
      var before = Value.types(node.results());
      if (types.size() < before.size() || !types.subList(0, before.size()).equals(before)) {
        throw new IllegalArgumentException(
            "widen: " + node.op().name() + " gives " + before + ", " + op.name() + " " + types);
      }
      var results = new ArrayList<>(node.results());
      for (var type : types.subList(before.size(), types.size())) {
        results.add(new Value(next++, type));
      }
      nodes.set(index, new Node(op, node.operands(), results, node.origin()));
      return List.copyOf(results.subList(before.size(), results.size()));
    }

    /** The number of nodes so far. */
    public int size() {
      return nodes.size();
    }

    /** The nodes so far. */
    public List<Node> nodes() {
      return List.copyOf(nodes);
    }

    /** The finished graph. */
    public Graph build(List<Value> outputs) {
      return new Graph(inputs, nodes, outputs);
    }
  }
}
