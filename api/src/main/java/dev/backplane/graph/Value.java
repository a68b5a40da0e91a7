package dev.backplane.graph;

import dev.backplane.tensor.TensorType;

/**
 * A value of a graph: an input or the result of a node. Identified by its number within the graph.
 *
 * @param id the number, unique in the graph
 * @param type the type
 */
public record Value(int id, TensorType type) {
  /** As in {@code %3: f32[64,128]}. */
  @Override
  public String toString() {
    return "%" + id + ": " + type;
  }
}
