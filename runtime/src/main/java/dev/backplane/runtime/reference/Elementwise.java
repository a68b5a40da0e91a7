package dev.backplane.runtime.reference;

import dev.backplane.op.Binary;
import dev.backplane.op.Compare;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Unary, Binary, Compare, Select, Clamp. Floats are computed in f64 and rounded once; for the basic
 * arithmetic of the narrower dtypes that equals computing in the dtype itself.
 */
final class Elementwise {
  private Elementwise() {}

  static Dense unary(Unary op, Dense x) {
    var type = x.type();
    var dtype = type.dtype();
    if (op.kind() == Unary.Kind.IS_FINITE) {
      var result = Dense.zeros(type.withDType(DType.BOOL));
      var data = x.doubles();
      for (int i = 0; i < data.length; i++) {
        result.longs()[i] = Double.isFinite(data[i]) ? 1 : 0;
      }
      return result;
    }
    var result = Dense.zeros(type);
    switch (x) {
      case Dense.Floats floats -> {
        var function = floats(op.kind());
        var to = result.doubles();
        for (int i = 0; i < to.length; i++) {
          to[i] = Rounding.round(dtype, function.applyAsDouble(floats.data()[i]));
        }
      }
      case Dense.Wholes wholes -> {
        var function = wholes(op.kind());
        var to = result.longs();
        for (int i = 0; i < to.length; i++) {
          to[i] = Rounding.wrap(dtype, function.applyAsLong(wholes.data()[i]));
        }
      }
    }
    return result;
  }

  private static DoubleUnaryOperator floats(Unary.Kind kind) {
    return switch (kind) {
      case ABS -> Math::abs;
      case NEGATE -> x -> -x;
      case SIGN -> Math::signum;
      case EXP -> Math::exp;
      case EXPM1 -> Math::expm1;
      case LOG -> Math::log;
      case LOG1P -> Math::log1p;
      case TANH -> Math::tanh;
      case LOGISTIC -> Elementwise::logistic;
      case SQRT -> Math::sqrt;
      case RSQRT -> x -> 1 / Math.sqrt(x);
      case SIN -> Math::sin;
      case COS -> Math::cos;
      case ERF -> ErrorFunction::erf;
      case FLOOR -> Math::floor;
      case CEIL -> Math::ceil;
      case ROUND_NEAREST_EVEN -> Math::rint;
      case IS_FINITE, NOT -> throw new IllegalStateException(kind + " does not give floats");
    };
  }

  /** 1 / (1 + e^-x), without losing small results to the overflow of e^-x. */
  private static double logistic(double x) {
    if (x >= 0) {
      return 1 / (1 + Math.exp(-x));
    }
    double e = Math.exp(x);
    return e / (1 + e);
  }

  private static LongUnaryOperator wholes(Unary.Kind kind) {
    return switch (kind) {
      case ABS -> Math::abs;
      case NEGATE -> x -> -x;
      case SIGN -> Long::signum;
      case NOT -> x -> ~x;
      case EXP, EXPM1, LOG, LOG1P, TANH, LOGISTIC, SQRT, RSQRT, SIN, COS, ERF ->
          throw new IllegalStateException(kind + " is not defined on integers");
      case FLOOR, CEIL, ROUND_NEAREST_EVEN, IS_FINITE ->
          throw new IllegalStateException(kind + " is not defined on integers");
    };
  }

  static Dense binary(Binary op, Dense x, Dense y) {
    return combine(op.kind(), x, y);
  }

  /** The function of a kind, element by element. */
  static Dense combine(Binary.Kind kind, Dense x, Dense y) {
    var dtype = x.type().dtype();
    var result = Dense.zeros(x.type());
    switch (x) {
      case Dense.Floats floats -> {
        var function = floats(kind);
        var other = y.doubles();
        var to = result.doubles();
        for (int i = 0; i < to.length; i++) {
          to[i] = Rounding.round(dtype, function.applyAsDouble(floats.data()[i], other[i]));
        }
      }
      case Dense.Wholes wholes -> {
        var function = wholes(kind, dtype);
        var other = y.longs();
        var to = result.longs();
        for (int i = 0; i < to.length; i++) {
          to[i] = Rounding.wrap(dtype, function.applyAsLong(wholes.data()[i], other[i]));
        }
      }
    }
    return result;
  }

  /** A kind on floats; the result is still to be rounded. */
  static DoubleBinaryOperator floats(Binary.Kind kind) {
    return switch (kind) {
      case ADD -> (x, y) -> x + y;
      case SUBTRACT -> (x, y) -> x - y;
      case MULTIPLY -> (x, y) -> x * y;
      case DIVIDE -> (x, y) -> x / y;
      case REMAINDER -> (x, y) -> x % y;
      case MAXIMUM -> Math::max;
      case MINIMUM -> Math::min;
      case POWER -> Elementwise::power;
      case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC ->
          throw new IllegalStateException(kind + " is not defined on floats");
    };
  }

  /** IEEE pow: unlike Java's, 1 to anything is 1, and -1 to an infinity is 1. */
  private static double power(double x, double y) {
    if (x == 1 || x == -1 && Double.isInfinite(y)) {
      return 1;
    }
    return Math.pow(x, y);
  }

  /** A kind on integers of a dtype; the result is still to be wrapped. */
  static LongBinaryOperator wholes(Binary.Kind kind, DType dtype) {
    int width = 8 * dtype.bytes();
    return switch (kind) {
      case ADD -> (x, y) -> x + y;
      case SUBTRACT -> (x, y) -> x - y;
      case MULTIPLY -> (x, y) -> x * y;
      case DIVIDE -> (x, y) -> y == 0 ? -1 : x / y;
      case REMAINDER -> (x, y) -> y == 0 ? x : x % y;
      case MAXIMUM -> Math::max;
      case MINIMUM -> Math::min;
      case POWER -> Elementwise::power;
      case AND -> (x, y) -> x & y;
      case OR -> (x, y) -> x | y;
      case XOR -> (x, y) -> x ^ y;
      case SHIFT_LEFT -> (x, y) -> y < 0 || y >= width ? 0 : x << y;
      case SHIFT_RIGHT_LOGICAL ->
          (x, y) -> y < 0 || y >= width ? 0 : (x & -1L >>> 64 - width) >>> y;
      case SHIFT_RIGHT_ARITHMETIC ->
          (x, y) -> x << 64 - width >> 64 - width >> (y < 0 || y >= width ? 63 : y);
    };
  }

  /** By repeated squaring, wrapping. */
  private static long power(long base, long exponent) {
    if (exponent < 0) {
      return base == 1 || base == -1 && (exponent & 1) == 0 ? 1 : base == -1 ? -1 : 0;
    }
    long result = 1;
    long square = base;
    for (long rest = exponent; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        result *= square;
      }
      square *= square;
    }
    return result;
  }

  static Dense compare(Compare op, Dense x, Dense y) {
    var result = Dense.zeros(x.type().withDType(DType.BOOL));
    var to = result.longs();
    var direction = op.direction();
    switch (x) {
      case Dense.Floats floats -> {
        for (int i = 0; i < to.length; i++) {
          to[i] = holds(direction, floats.data()[i], y.doubles()[i]) ? 1 : 0;
        }
      }
      case Dense.Wholes wholes -> {
        for (int i = 0; i < to.length; i++) {
          to[i] = holds(direction, wholes.data()[i], y.longs()[i]) ? 1 : 0;
        }
      }
    }
    return result;
  }

  private static boolean holds(Compare.Direction direction, double x, double y) {
    return switch (direction) {
      case EQ -> x == y;
      case NE -> x != y;
      case LT -> x < y;
      case LE -> x <= y;
      case GT -> x > y;
      case GE -> x >= y;
    };
  }

  private static boolean holds(Compare.Direction direction, long x, long y) {
    return switch (direction) {
      case EQ -> x == y;
      case NE -> x != y;
      case LT -> x < y;
      case LE -> x <= y;
      case GT -> x > y;
      case GE -> x >= y;
    };
  }

  static Dense select(Dense condition, Dense x, Dense y) {
    var result = Dense.zeros(x.type());
    var choice = condition.longs();
    switch (result) {
      case Dense.Floats floats -> {
        for (int i = 0; i < choice.length; i++) {
          floats.data()[i] = choice[i] != 0 ? x.doubles()[i] : y.doubles()[i];
        }
      }
      case Dense.Wholes wholes -> {
        for (int i = 0; i < choice.length; i++) {
          wholes.data()[i] = choice[i] != 0 ? x.longs()[i] : y.longs()[i];
        }
      }
    }
    return result;
  }

  static Dense clamp(Dense low, Dense x, Dense high) {
    return combine(Binary.Kind.MINIMUM, combine(Binary.Kind.MAXIMUM, x, low), high);
  }
}
