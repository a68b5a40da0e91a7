package dev.backplane.kit.fusion;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import java.util.List;

/** One entry of a partitioned graph; the entries run in order. */
public sealed interface Step {
  /**
   * A node on its own.
   *
   * @param node the node of the partitioned graph
   */
  record Single(Node node) implements Step {}

  /**
   * Nodes that run as one loop.
   *
   * @param graph the nodes, closed; its values are those of the partitioned graph. Constants of one
   *     repeated element, iotas, broadcasts and reshapes may stand in several groups at once: they
   *     cost nothing inside
   * @param inputs values made outside, in the order of the graph's inputs
   * @param outputs values used outside, in the order of the graph's outputs
   * @param name a short name for reports, unique in the partition
   */
  record Fused(Graph graph, List<Value> inputs, List<Value> outputs, String name) implements Step {
    /** Copies the lists. */
    public Fused {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }

    /** A group of a graph's own inputs and outputs. */
    public static Fused of(Graph graph, String name) {
      return new Fused(graph, graph.inputs(), graph.outputs(), name);
    }
  }
}
