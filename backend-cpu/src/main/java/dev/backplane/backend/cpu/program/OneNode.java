package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import java.util.List;

/** A step that runs one node by itself: it reads what the node does, and writes what it does. */
interface OneNode extends Planned {
  /** The node. */
  Node node();

  @Override
  default String name() {
    return node().op().name();
  }

  @Override
  default List<Node> nodes() {
    return List.of(node());
  }

  @Override
  default List<Value> reads() {
    return node().operands();
  }

  @Override
  default List<Value> writes() {
    return node().results();
  }
}
