package dev.backplane.runtime.train;

import dev.backplane.BackplaneException;
import dev.backplane.data.Feature;
import dev.backplane.nn.BoundedLoss;
import dev.backplane.nn.Loss;
import dev.backplane.nn.TargetBounds;
import dev.backplane.runtime.extension.Foreign;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Looks at the first target of a staged batch: a loss would go on with a label of no class as if
 * nothing were wrong. Allocates nothing where nothing is.
 *
 * @param model the model's name, for the message
 * @param field the index of the target among all fields
 * @param feature the target
 * @param each its elements; counting them in every step would allocate
 * @param bounds what it may be
 */
record TargetCheck(String model, int field, Feature feature, long each, TargetBounds bounds) {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  /** The check of a loss that has bounds, for outputs of some types. */
  static Optional<TargetCheck> of(
      String model, Loss loss, Fields fields, List<TensorType> outputs) {
    if (!(loss instanceof BoundedLoss bounded) || fields.targets().isEmpty()) {
      return Optional.empty();
    }
    int field = fields.inputs().size();
    return Foreign.call(loss, "loss", () -> bounded.bounds(outputs))
        .map(
            bounds -> {
              var feature = fields.targets().getFirst();
              return new TargetCheck(model, field, feature, feature.shape().size(), bounds);
            });
  }

  /**
   * Checks a batch.
   *
   * @param staged the stored targets, one behind the other
   * @param rows the indices of the examples
   * @param from where in {@code rows} the batch begins
   * @param count how many it has
   * @throws BackplaneException naming the first example that does not fit
   */
  void require(MemorySegment staged, int[] rows, int from, int count) {
    for (long i = 0; i < count * each; i++) {
      double value = value(staged, i) * feature.scale() + feature.offset();
      if (!bounds.contains(value)) {
        throw refused(rows[from + (int) (i / each)], value);
      }
    }
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

  private BackplaneException refused(int row, double value) {
    var expected =
        "expected "
            + shown(bounds.least())
            + " to "
            + shown(bounds.most())
            + (bounds.besides().isPresent() ? " or " + shown(bounds.besides().getAsDouble()) : "");
    return new BackplaneException(
        "model "
            + model
            + ": target \""
            + feature.name()
            + "\" of example "
            + row
            + ": "
            + expected
            + ", as the loss and the model's outputs say, found "
            + shown(value));
  }

  private static String shown(double number) {
    return number == Math.rint(number)
        ? String.format(Locale.ROOT, "%.0f", number)
        : String.valueOf(number);
  }
}
