package dev.backplane.op;

import dev.backplane.tensor.DType;

/** The associative functions with which reductions, windows and collectives combine elements. */
public enum Combiner {
  /** Sum, 0 of nothing. Numeric. */
  ADD,
  /** Product, 1 of nothing. Numeric. */
  MULTIPLY,
  /** The largest, NaN if there is one; of nothing minus infinity or the smallest value. */
  MAXIMUM,
  /** The smallest, NaN if there is one; of nothing infinity or the largest value. */
  MINIMUM,
  /** All ones of nothing. Integers and bool. */
  AND,
  /** Zero of nothing. Integers and bool. */
  OR;

  /** Whether it is defined on elements of this dtype. */
  public boolean accepts(DType dtype) {
    return asBinary().accepts(dtype);
  }

  /** The same function of two elements. */
  public Binary.Kind asBinary() {
    return switch (this) {
      case ADD -> Binary.Kind.ADD;
      case MULTIPLY -> Binary.Kind.MULTIPLY;
      case MAXIMUM -> Binary.Kind.MAXIMUM;
      case MINIMUM -> Binary.Kind.MINIMUM;
      case AND -> Binary.Kind.AND;
      case OR -> Binary.Kind.OR;
    };
  }
}
