package dev.backplane.runtime.replica;

import dev.backplane.graph.Value;
import dev.backplane.tensor.Shape;

/**
 * What a replica has of a value of the undivided program.
 *
 * @param value in the replica's program
 * @param axis the axis of which this replica has its part, the i-th of the i-th replica; {@link
 *     #WHOLE} where each has everything
 */
record Share(Value value, int axis) {
  static final int WHOLE = -1;

  static Share whole(Value value) {
    return new Share(value, WHOLE);
  }

  boolean isWhole() {
    return axis == WHOLE;
  }

  Shape shape() {
    return value.type().shape();
  }
}
