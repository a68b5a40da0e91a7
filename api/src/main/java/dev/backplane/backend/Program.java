package dev.backplane.backend;

import dev.backplane.graph.Graph;

/**
 * What a device compiles.
 *
 * @param graph the computation
 * @param donations which arguments give their memory to results
 * @param numerics what the user allows
 * @param tuning choices made earlier, and whether new ones may be made
 */
public record Program(Graph graph, Donations donations, Numerics numerics, Tuning tuning) {
  /** No donations, exact numerics, no tuning. */
  public static Program of(Graph graph) {
    return new Program(graph, Donations.none(), Numerics.exact(), Tuning.none());
  }
}
