package dev.backplane.graph;

import dev.backplane.op.Op;
import java.util.List;

/**
 * One application of an op.
 *
 * @param op the op
 * @param operands values defined before
 * @param results new values
 * @param origin where the user's program asked for it, a layer's path such as {@code
 *     encoder/dense_1}; empty if nowhere in particular. It has no meaning for the computation.
 */
public record Node(Op op, List<Value> operands, List<Value> results, String origin) {
  /** Copies the lists. */
  public Node {
    operands = List.copyOf(operands);
    results = List.copyOf(results);
  }

  /** The only result. */
  public Value result() {
    if (results.size() != 1) {
      throw new IllegalStateException(op.name() + " has " + results.size() + " results");
    }
    return results.getFirst();
  }
}
