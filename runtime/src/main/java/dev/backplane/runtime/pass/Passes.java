package dev.backplane.runtime.pass;

import dev.backplane.graph.Graph;

/**
 * What every program goes through before a backend sees it.
 *
 * <p>Outputs keep their bits, on every backend that computes the primitives as {@code
 * docs/semantics.md} says. Three things are left open there and here: which NaN a NaN is; constants
 * that are folded have the value that the reference interpreter gives them, to the last bit of an
 * exponential; and a node that fails, or would have, may be gone.
 */
public final class Passes {
  /** Each round undoes what the one before made possible; more than a few are never needed. */
  private static final int ROUNDS = 8;

  private Passes() {}

  /**
   * Folds constants, simplifies, merges common subexpressions and drops dead code, in sub-graphs
   * too. Composites stay what they are. Inputs and outputs keep number, order and types; equal
   * graphs give equal graphs.
   */
  public static Graph simplify(Graph graph) {
    var before = graph;
    for (int round = 0; round < ROUNDS; round++) {
      var after = DeadCode.remove(Rewriter.rewrite(before));
      if (after.equals(before)) {
        return after;
      }
      before = after;
    }
    return before;
  }
}
