package dev.backplane.runtime.train;

import dev.backplane.runtime.name.Nearest;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Values for parameters and state that came from outside.
 *
 * @param values the values by path
 * @param whole whether there must be one for each parameter and state
 */
record GivenWeights(Map<String, Literal> values, boolean whole) {
  static final GivenWeights NONE = new GivenWeights(Map.of(), false);

  GivenWeights {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /**
   * The values as the model takes them: of another floating type they are converted.
   *
   * @param types of the model's parameters and state, and of what is the engine's own
   * @throws IllegalArgumentException naming what the model has not, what is of another shape, and
   *     what is missing
   */
  Map<String, Literal> fitting(SortedMap<String, TensorType> types) {
    var known = new TreeSet<>(types.keySet());
    known.removeIf(StateTable::isInternal);
    var fitting = new LinkedHashMap<String, Literal>();
    values.forEach(
        (path, value) -> {
          var type = types.get(path);
          if (type == null || !known.contains(path)) {
            throw new IllegalArgumentException(
                "weights: the model has no parameter or state "
                    + path
                    + Nearest.hint(path, known)
                    + "; it has "
                    + known);
          }
          fitting.put(path, fitting(path, type, value));
        });
    if (whole && fitting.size() < known.size()) {
      known.removeAll(fitting.keySet());
      throw new IllegalArgumentException("weights: none are given for " + known);
    }
    return fitting;
  }

  private static Literal fitting(String path, TensorType type, Literal value) {
    var found = value.type();
    if (found.equals(type)) {
      return value;
    }
    if (found.shape().equals(type.shape())
        && found.dtype().isFloating()
        && type.dtype().isFloating()) {
      return Literal.fill(type, value::doubleAt);
    }
    throw new IllegalArgumentException("weights: " + path + " is " + type + ", found " + found);
  }
}
