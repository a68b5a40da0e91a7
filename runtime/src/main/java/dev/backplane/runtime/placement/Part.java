package dev.backplane.runtime.placement;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;

/**
 * A part of a program that one device runs as a whole. Its graph has the values of the whole
 * program: an input of the program or a result of an earlier part is its input; its outputs, each
 * once, are what later parts or the program's outputs use.
 *
 * @param site where it runs
 * @param graph what runs
 */
public record Part(Site site, Graph graph) {
  /** Whether the part reads a value that comes from elsewhere. */
  public boolean reads(Value value) {
    return graph.inputs().contains(value);
  }

  /** Whether the part gives a value to others. */
  public boolean gives(Value value) {
    return graph.outputs().contains(value);
  }
}
