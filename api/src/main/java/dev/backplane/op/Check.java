package dev.backplane.op;

import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.TensorType;
import java.util.List;
import java.util.function.Supplier;

/**
 * The checks that the ops' type inference shares; every message begins with op and constraint id.
 */
final class Check {
  private Check() {}

  static void that(boolean holds, String constraint, Supplier<String> otherwise) {
    if (!holds) {
      throw new ShapeException(constraint + ": " + otherwise.get());
    }
  }

  /** A dimension that was computed: 0 … 2^31-1. */
  static int dimension(long found, String constraint, Supplier<String> what) {
    that(
        0 <= found && found <= Integer.MAX_VALUE,
        constraint,
        () -> what.get() + " would get " + found);
    return (int) found;
  }

  /** C0 of every op: the number of operands. */
  static void count(String op, List<TensorType> operands, int expected) {
    that(
        operands.size() == expected,
        op + " C0",
        () -> "expected " + expected + " operands, found " + operands.size() + ": " + operands);
  }

  static void atLeast(String op, List<TensorType> operands, int expected) {
    that(
        operands.size() >= expected,
        op + " C0",
        () ->
            "expected at least "
                + expected
                + " operands, found "
                + operands.size()
                + ": "
                + operands);
  }

  static void equal(String constraint, String what, Object expected, Object found) {
    that(
        expected.equals(found),
        constraint,
        () -> what + ": expected " + expected + ", found " + found);
  }

  /** A permutation or a set of axes: each in range and none twice. */
  static void axes(String constraint, List<Integer> axes, int rank) {
    for (int axis : axes) {
      that(
          axis >= 0 && axis < rank,
          constraint,
          () -> "axis " + axis + " is not in a tensor of rank " + rank);
    }
    that(
        axes.stream().distinct().count() == axes.size(),
        constraint,
        () -> "an axis stands twice in " + axes);
  }

  static void scalarInteger(String constraint, TensorType type) {
    that(
        type.shape().rank() == 0 && type.dtype().isInteger(),
        constraint,
        () -> "expected an integer scalar, found " + type);
  }
}
