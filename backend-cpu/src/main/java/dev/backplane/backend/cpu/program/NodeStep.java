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

  /** A copy of one value into the memory of another of the same size. */
  static NodeStep copy(Value from, Value to) {
    long bytes = from.type().bytes();
    return new NodeStep(
        "copy",
        List.of(),
        "bulk",
        List.of(from),
        List.of(to),
        (reads, writes) -> _ -> Movements.copy(reads[0], writes[0], bytes));
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
