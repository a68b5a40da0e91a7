package dev.backplane.backend.cpu.program;

import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import java.util.List;

/** A step that runs one node by itself. */
record NodeStep(
    String name,
    List<Node> nodes,
    String implementation,
    List<Value> reads,
    List<Value> writes,
    Binder binder)
    implements Planned {
  /** Makes the binding of a step without scratch. */
  interface Binder {
    Bound bind(long[] reads, long[] writes);
  }

  static NodeStep of(Node node, String implementation, Binder binder) {
    return new NodeStep(
        node.op().name(), List.of(node), implementation, node.operands(), node.results(), binder);
  }

  @Override
  public long scratchBytes() {
    return 0;
  }

  @Override
  public Bound bind(long[] reads, long[] writes, long scratch) {
    return binder.bind(reads, writes);
  }
}
