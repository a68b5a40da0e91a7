package dev.backplane.graph;

import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A value of a graph: an input or the result of a node. Identified by its number within the graph.
 *
 * @param id the number, unique in the graph
 * @param type the type
 */
public record Value(int id, TensorType type) {
  /** The types of values. */
  public static List<TensorType> types(List<Value> values) {
    var types = new ArrayList<TensorType>(values.size());
    for (var value : values) {
      types.add(value.type);
    }
    return Collections.unmodifiableList(types);
  }

  /** As in {@code %3: f32[64,128]}. */
  @Override
  public String toString() {
    return "%" + id + ": " + type;
  }
}
