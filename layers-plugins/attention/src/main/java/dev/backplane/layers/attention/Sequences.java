package dev.backplane.layers.attention;

import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;

/** Checks that the layers of this bundle share. */
final class Sequences {
  private Sequences() {}

  static int atLeastOne(String layer, String component, int number) {
    if (number < 1) {
      throw new IllegalArgumentException(
          layer + " " + component + ": expected 1 or more, found " + number);
    }
    return number;
  }

  static void positive(String layer, String component, double number) {
    if (!(number > 0 && number < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          layer + " " + component + ": expected a number above 0, found " + number);
    }
  }

  static void share(String layer, String component, double number) {
    if (!(number >= 0 && number < 1)) {
      throw new IllegalArgumentException(
          layer + " " + component + ": expected 0 or more and below 1, found " + number);
    }
  }

  /** Constraint C1 of the layers of a sequence. */
  static void require(String layer, Tensor x) {
    if (x.shape().rank() != 3 || !x.dtype().isFloating()) {
      throw new ShapeException(
          layer + " C1: expected floating [batch, steps, units], found " + x.type());
    }
  }

  /** Which steps of a sequence are real: bool [batch, steps] of x [batch, steps, units]. */
  static void requireMask(String constraint, Tensor x, Tensor mask) {
    var expected = TensorType.of(DType.BOOL, x.shape().dimension(0), x.shape().dimension(1));
    if (!mask.type().equals(expected)) {
      throw new ShapeException(
          constraint
              + ": the mask of "
              + x.type()
              + ": expected "
              + expected
              + ", found "
              + mask.type());
    }
  }

  /** Which ids are no padding. */
  static Tensor real(Tensor ids) {
    return ids.compare(Compare.Direction.NE, dev.backplane.tensor.Ops.like(ids, 0));
  }
}
