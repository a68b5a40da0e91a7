package dev.backplane.runtime.train;

import dev.backplane.BackplaneException;
import dev.backplane.data.Feature;
import dev.backplane.nn.BoundedLoss;
import dev.backplane.nn.Loss;
import dev.backplane.nn.ValueBounds;
import dev.backplane.runtime.extension.Foreign;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Looks at a field of a staged batch: a program would go on with a label of no class, or an id of
 * no row, as if nothing were wrong. Allocates nothing where nothing is.
 *
 * @param model the model's name, for the message
 * @param field the index of the field
 * @param what the field is, for the message
 * @param feature the field
 * @param each its elements; counting them in every step would allocate
 * @param bounds what they may be
 * @param who says so, for the message
 */
record FieldCheck(
    String model,
    int field,
    String what,
    Feature feature,
    long each,
    ValueBounds bounds,
    String who) {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  /** The checks of a loss that has bounds, for outputs of some types: of the first target. */
  static Optional<FieldCheck> ofTarget(
      String model, Loss loss, Fields fields, List<TensorType> outputs) {
    if (!(loss instanceof BoundedLoss bounded) || fields.targets().isEmpty()) {
      return Optional.empty();
    }
    int field = fields.inputs().size();
    var feature = fields.targets().getFirst();
    return Foreign.call(loss, "loss", () -> bounded.bounds(outputs))
        .map(
            bounds ->
                new FieldCheck(
                    model,
                    field,
                    "target",
                    feature,
                    feature.shape().size(),
                    bounds,
                    "the loss and the model's outputs say"));
  }

  /** The check of what a layer says of an input. */
  static FieldCheck ofInput(String model, Fields fields, Pass.Bound bound) {
    var feature = fields.inputs().get(bound.input());
    return new FieldCheck(
        model,
        bound.input(),
        "input",
        feature,
        feature.shape().size(),
        bound.values(),
        (bound.layer().isEmpty() ? "the model" : "layer " + bound.layer()) + " says");
  }

  /**
   * Checks a batch.
   *
   * @param staged the stored values, one example behind the other
   * @param rows the indices of the examples
   * @param from where in {@code rows} the batch begins
   * @param count how many it has
   * @throws BackplaneException naming the first example that does not fit
   */
  void require(MemorySegment staged, int[] rows, int from, int count) {
    long at = misfit(staged, count);
    if (at >= 0) {
      throw refused(rows[from + (int) (at / each)], staged, at);
    }
  }

  /**
   * Checks a batch whose examples are counted from 0.
   *
   * @throws BackplaneException naming the first example that does not fit
   */
  void require(MemorySegment staged, int count) {
    long at = misfit(staged, count);
    if (at >= 0) {
      throw refused((int) (at / each), staged, at);
    }
  }

  /** The first element that does not fit, or -1. */
  private long misfit(MemorySegment staged, int count) {
    for (long i = 0; i < count * each; i++) {
      if (!bounds.contains(presented(staged, i))) {
        return i;
      }
    }
    return -1;
  }

  private double presented(MemorySegment staged, long i) {
    return value(staged, i) * feature.scale() + feature.offset();
  }

  private double value(MemorySegment staged, long i) {
    return switch (feature.stored().dtype()) {
      case F64 -> staged.getAtIndex(DOUBLE, i);
      case F32 -> staged.getAtIndex(FLOAT, i);
      case I64 -> staged.getAtIndex(LONG, i);
      case I32 -> staged.getAtIndex(INT, i);
      case U32 -> Integer.toUnsignedLong(staged.getAtIndex(INT, i));
      case I8 -> staged.get(ValueLayout.JAVA_BYTE, i);
      case U8 -> staged.get(ValueLayout.JAVA_BYTE, i) & 0xff;
      case BOOL -> staged.get(ValueLayout.JAVA_BYTE, i) & 1;
      case BF16, F16 -> half(staged, i);
    };
  }

  /** Nobody stores labels so; what it allocates does not matter. */
  private double half(MemorySegment staged, long i) {
    var type = TensorType.of(feature.stored().dtype());
    return Literal.copyOf(type, staged.asSlice(2 * i, 2)).toDouble();
  }

  private BackplaneException refused(int row, MemorySegment staged, long at) {
    var expected =
        "expected "
            + shown(bounds.least())
            + " to "
            + shown(bounds.most())
            + (bounds.besides().isPresent() ? " or " + shown(bounds.besides().getAsDouble()) : "");
    return new BackplaneException(
        "model "
            + model
            + ": "
            + what
            + " \""
            + feature.name()
            + "\" of example "
            + row
            + ": "
            + expected
            + ", as "
            + who
            + ", found "
            + shown(presented(staged, at)));
  }

  private static String shown(double number) {
    return number == Math.rint(number)
        ? String.format(Locale.ROOT, "%.0f", number)
        : String.valueOf(number);
  }
}
