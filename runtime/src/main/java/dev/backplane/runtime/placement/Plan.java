package dev.backplane.runtime.placement;

import dev.backplane.Training;
import dev.backplane.graph.Value;
import java.util.List;

/**
 * A program, placed.
 *
 * @param inputs its inputs
 * @param parts what runs, in this order; none where every output is an input
 * @param outputs its outputs
 * @param why where each node runs, and why
 */
public record Plan(
    List<Value> inputs, List<Part> parts, List<Value> outputs, List<Training.Placed> why) {
  /** Copies the lists. */
  public Plan {
    inputs = List.copyOf(inputs);
    parts = List.copyOf(parts);
    outputs = List.copyOf(outputs);
    why = List.copyOf(why);
  }
}
