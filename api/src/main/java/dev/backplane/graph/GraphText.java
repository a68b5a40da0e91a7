package dev.backplane.graph;

import java.util.stream.Collectors;

/** Graphs as text. */
public final class GraphText {
  private GraphText() {}

  /** The text of a graph, one node a line. */
  public static String print(Graph graph) {
    var text = new StringBuilder("graph (");
    text.append(graph.inputs().stream().map(Value::toString).collect(Collectors.joining(", ")))
        .append(") {\n");
    for (var node : graph.nodes()) {
      text.append("  ")
          .append(node.results().stream().map(Value::toString).collect(Collectors.joining(", ")))
          .append(" = ")
          .append(node.op())
          .append(
              node.operands().stream()
                  .map(v -> "%" + v.id())
                  .collect(Collectors.joining(", ", " (", ")")))
          .append(node.origin().isEmpty() ? "\n" : " @ " + node.origin() + "\n");
    }
    return text.append("  return ")
        .append(graph.outputs().stream().map(v -> "%" + v.id()).collect(Collectors.joining(", ")))
        .append("\n}\n")
        .toString();
  }
}
