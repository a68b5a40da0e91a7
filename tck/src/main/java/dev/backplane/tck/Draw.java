package dev.backplane.tck;

import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Float16;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Random shapes and values, a function of the seed alone. */
final class Draw {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final SplittableRandom random;

  Draw(long seed) {
    // A first draw spreads seeds that differ in few bits.
    random = new SplittableRandom(new SplittableRandom(seed).nextLong());
  }

  int between(int low, int high) {
    return random.nextInt(low, high + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  <T> T oneOf(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  /**
   * The shape of a case: first a scalar, nothing, one element, more than any vector with a tail, a
   * row and a column, then anything of up to four axes.
   */
  Shape shape(int index) {
    return switch (index) {
      case 0 -> Shape.scalar();
      case 1 -> Shape.of(3, 0, 2);
      case 2 -> Shape.of(1);
      case 3 -> Shape.of(1037);
      case 4 -> Shape.of(1, 67);
      case 5 -> Shape.of(67, 1);
      case 6 -> Shape.of(33, 65);
      default -> shape(between(0, 4), 7);
    };
  }

  /** A shape of a rank, dimensions up to a largest, now and then 0. */
  Shape shape(int rank, int largest) {
    var dimensions = new ArrayList<Integer>();
    for (int i = 0; i < rank; i++) {
      dimensions.add(chance(0.03) ? 0 : between(1, largest));
    }
    return new Shape(dimensions);
  }

  /** A shape of at least one axis, none of them empty. */
  Shape full(int index) {
    return switch (index) {
      case 0 -> Shape.of(1);
      case 1 -> Shape.of(257);
      case 2 -> Shape.of(5, 1, 3);
      default -> {
        var dimensions = new ArrayList<Integer>();
        int rank = between(1, 4);
        for (int i = 0; i < rank; i++) {
          dimensions.add(between(1, 6));
        }
        yield new Shape(dimensions);
      }
    };
  }

  List<Integer> permutation(int rank) {
    var axes = new ArrayList<Integer>();
    for (int i = 0; i < rank; i++) {
      axes.add(i);
    }
    Collections.shuffle(axes, new java.util.Random(random.nextLong()));
    return axes;
  }

  /** Some of the axes of a rank, in random order; possibly none, possibly all. */
  List<Integer> someAxes(int rank) {
    return permutation(rank).subList(0, between(0, rank));
  }

  /** Any values of the dtype; half of the cases hold special ones. */
  Literal any(TensorType type, int index) {
    return index % 2 == 0 ? ordinary(type) : special(type);
  }

  /** Moderate values, all finite; small integers of both signs. */
  Literal ordinary(TensorType type) {
    return literal(type, () -> 4 * random.nextDouble() - 2, () -> random.nextLong(-9, 10));
  }

  /** Finite values between bounds. */
  Literal within(TensorType type, double low, double high) {
    return literal(
        type,
        () -> low + (high - low) * random.nextDouble(),
        () -> random.nextLong((long) Math.ceil(low), (long) Math.floor(high) + 1));
  }

  /** Moderate values, and now and then NaN, an infinity, -0 or something denormal. */
  Literal spiced(TensorType type) {
    var spices =
        List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 1e-40);
    return literal(
        type,
        () -> chance(0.02) ? oneOf(spices) : 4 * random.nextDouble() - 2,
        () -> random.nextLong(-9, 10));
  }

  /** Few different values, so that there are ties. */
  Literal ties(TensorType type, boolean nan) {
    var values = List.of(-1.0, -0.0, 0.0, 0.5, 1.0, nan ? Double.NaN : 1.0);
    return literal(type, () -> oneOf(values), () -> random.nextLong(0, 4));
  }

  /** Anything there is: every exponent, extremes, denormals, NaN, infinities, both zeros. */
  Literal special(TensorType type) {
    var dtype = type.dtype();
    var floats =
        dtype.isFloating()
            ? List.of(
                0.0,
                -0.0,
                1.0,
                -1.0,
                0.5,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                Ulp.smallest(dtype),
                -Ulp.smallest(dtype),
                Ulp.smallestNormal(dtype),
                Ulp.largest(dtype),
                -Ulp.largest(dtype))
            : List.<Double>of();
    var whole =
        List.of(
            0L,
            1L,
            -1L,
            2L,
            7L,
            8L,
            31L,
            32L,
            63L,
            127L,
            -128L,
            255L,
            (long) Integer.MAX_VALUE,
            (long) Integer.MIN_VALUE,
            0xffffffffL,
            Long.MAX_VALUE,
            Long.MIN_VALUE);
    return literal(
        type,
        () ->
            switch (between(0, 3)) {
              case 0 -> oneOf(floats);
              case 1 -> anyExponent(dtype);
              default -> 200 * random.nextDouble() - 100;
            },
        () ->
            switch (between(0, 3)) {
              case 0 -> oneOf(whole);
              case 1 -> random.nextLong();
              default -> random.nextLong(-100, 101);
            });
  }

  private double anyExponent(DType dtype) {
    double exponent =
        Math.log(Ulp.smallest(dtype)) / Math.log(2)
            + random.nextDouble()
                * (Math.log(Ulp.largest(dtype) / Ulp.smallest(dtype)) / Math.log(2));
    if (dtype == DType.F64) {
      exponent = -1074 + 2097 * random.nextDouble();
    }
    double size = Math.scalb(1 + random.nextDouble(), (int) exponent);
    return random.nextBoolean() ? size : -size;
  }

  /** Integers within bounds, both possible. */
  Literal integers(TensorType type, long low, long high) {
    return literal(
        type, () -> random.nextLong(low, high + 1), () -> random.nextLong(low, high + 1));
  }

  Literal scalar(DType dtype, long value) {
    return Literal.scalar(dtype, value);
  }

  private static Literal literal(TensorType type, DoubleSupplier floats, LongSupplier wholes) {
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]);
    long count = type.shape().size();
    for (long i = 0; i < count; i++) {
      switch (type.dtype()) {
        case F64 -> bytes.setAtIndex(LONG, i, Double.doubleToLongBits(floats.getAsDouble()));
        case F32 -> bytes.setAtIndex(INT, i, Float.floatToIntBits((float) floats.getAsDouble()));
        case BF16 -> bytes.setAtIndex(SHORT, i, BFloat16.bits(floats.getAsDouble()));
        case F16 -> bytes.setAtIndex(SHORT, i, Float16.bits(floats.getAsDouble()));
        case I64 -> bytes.setAtIndex(LONG, i, wholes.getAsLong());
        case I32, U32 -> bytes.setAtIndex(INT, i, (int) wholes.getAsLong());
        case I8, U8 -> bytes.set(ValueLayout.JAVA_BYTE, i, (byte) wholes.getAsLong());
        case BOOL -> bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (wholes.getAsLong() & 1));
      }
    }
    return Literal.copyOf(type, bytes);
  }
}
