package dev.backplane.runtime.placement;

import dev.backplane.graph.Node;
import dev.backplane.op.Constant;
import dev.backplane.op.Iota;

/**
 * A node and where it goes.
 *
 * @param node the node
 * @param site where it runs
 * @param reason why there
 */
record PlacedNode(Node node, Site site, String reason) {
  /**
   * Whether it is cheaper to make its result again wherever it is needed than to send it. What the
   * chosen device makes the reference device makes too.
   */
  boolean isFree() {
    return site == Site.CHOSEN && (node.op() instanceof Constant || node.op() instanceof Iota);
  }
}
