package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.op.Binary;
import dev.backplane.op.Compare.Direction;
import dev.backplane.op.Unary;
import java.util.List;

/** Unary, Binary, Clamp: StableHLO's own operations, mended where its answers are not ours. */
final class Elementwise {
  private Elementwise() {}

  static Ssa unary(Emitter to, Unary.Kind kind, Ssa x) {
    return switch (kind) {
      case ABS -> x.isUnsigned() ? x : to.unary("stablehlo.abs", x);
      case NEGATE -> to.unary("stablehlo.negate", x);
      case SIGN -> sign(to, x);
      case EXP -> function(to, "stablehlo.exponential", x);
      case EXPM1 -> function(to, "stablehlo.exponential_minus_one", x);
      case LOG -> function(to, "stablehlo.log", x);
      case LOG1P -> isDouble(x) ? log1p(to, x) : function(to, "stablehlo.log_plus_one", x);
      case TANH -> isDouble(x) ? tanh(to, x) : function(to, "stablehlo.tanh", x);
      case LOGISTIC -> function(to, "stablehlo.logistic", x);
      case SQRT -> function(to, "stablehlo.sqrt", x);
      case RSQRT -> function(to, "stablehlo.rsqrt", x);
      case SIN -> function(to, "stablehlo.sine", x);
      case COS -> function(to, "stablehlo.cosine", x);
      case ERF -> erf(to, x);
      case FLOOR -> to.unary("stablehlo.floor", x);
      case CEIL -> to.unary("stablehlo.ceil", x);
      case ROUND_NEAREST_EVEN -> to.unary("stablehlo.round_nearest_even", x);
      case IS_FINITE -> to.changed("stablehlo.is_finite", x, "", "i1", x.shape());
      case NOT -> to.unary("stablehlo.not", x);
    };
  }

  private static Ssa sign(Emitter to, Ssa x) {
    return x.isUnsigned()
        ? to.convert(to.compare(Direction.NE, x, to.zeros(x.element(), x.shape())), x.element())
        : to.unary("stablehlo.sign", x);
  }

  /** A function whose narrow forms are computed in f32 and rounded once. */
  private static Ssa function(Emitter to, String operation, Ssa x) {
    return x.isNarrow()
        ? to.convert(to.unary(operation, to.convert(x, "f32")), x.element())
        : to.unary(operation, x);
  }

  private static boolean isDouble(Ssa x) {
    return x.element().equals("f64");
  }

  /**
   * XLA's own is twenty units of the last place off. Near zero it is mended by a step of Newton's,
   * elsewhere the logarithm of 1 + x loses nothing.
   */
  private static Ssa log1p(Emitter to, Ssa x) {
    var y = to.unary("stablehlo.log_plus_one", x);
    var e = to.unary("stablehlo.exponential_minus_one", y);
    var one = to.splat("1.0", x);
    var error = to.binary("stablehlo.subtract", e, x);
    var step = to.binary("stablehlo.divide", error, to.binary("stablehlo.add", e, one));
    var near = to.binary("stablehlo.subtract", y, step);
    var far = to.unary("stablehlo.log", to.binary("stablehlo.add", x, one));
    var above = to.compare(Direction.GE, x, to.splat("-0.25", x));
    var below = to.compare(Direction.LE, x, to.splat("0.5", x));
    return to.select(to.binary("stablehlo.and", above, below), near, far);
  }

  /** e/(e + 2) with e = expm1(2|x|), which keeps all units of the last place but a few. */
  private static Ssa tanh(Emitter to, Ssa x) {
    // From here on it is 1.
    var size = to.binary("stablehlo.minimum", to.unary("stablehlo.abs", x), to.splat("22.0", x));
    var e = to.unary("stablehlo.exponential_minus_one", to.binary("stablehlo.add", size, size));
    var two = to.splat("2.0", x);
    var tanh = to.binary("stablehlo.divide", e, to.binary("stablehlo.add", e, two));
    var negative = to.compare(Direction.LT, x, to.zeros(x.element(), x.shape()));
    var signed = to.select(negative, to.unary("stablehlo.negate", tanh), tanh);
    // Keeps the sign of zero.
    var zero = to.compare(Direction.EQ, x, to.zeros(x.element(), x.shape()));
    return to.select(zero, x, signed);
  }

  private static Ssa erf(Emitter to, Ssa x) {
    var wide = x.isNarrow() ? to.convert(x, "f32") : x;
    var erf =
        to.emit(
            "chlo.erf " + wide.name() + " : " + wide.type() + " -> " + wide.type(),
            wide.element(),
            wide.shape());
    return to.convert(erf, x.element());
  }

  static Ssa binary(Emitter to, Binary.Kind kind, Ssa x, Ssa y) {
    return switch (kind) {
      case ADD -> to.binary("stablehlo.add", x, y);
      case SUBTRACT -> to.binary("stablehlo.subtract", x, y);
      case MULTIPLY -> to.binary("stablehlo.multiply", x, y);
      case DIVIDE -> divide(to, x, y);
      case REMAINDER -> remainder(to, x, y);
      case MAXIMUM -> to.binary("stablehlo.maximum", x, y);
      case MINIMUM -> to.binary("stablehlo.minimum", x, y);
      case POWER -> power(to, x, y);
      case AND -> to.binary("stablehlo.and", x, y);
      case OR -> to.binary("stablehlo.or", x, y);
      case XOR -> to.binary("stablehlo.xor", x, y);
      case SHIFT_LEFT -> to.binary("stablehlo.shift_left", x, y);
      case SHIFT_RIGHT_LOGICAL -> to.binary("stablehlo.shift_right_logical", x, y);
      case SHIFT_RIGHT_ARITHMETIC -> to.binary("stablehlo.shift_right_arithmetic", x, y);
    };
  }

  private static Ssa divide(Emitter to, Ssa x, Ssa y) {
    if (x.isFloating()) {
      return to.binary("stablehlo.divide", x, y);
    }
    var allOnes = to.unary("stablehlo.not", to.zeros(x.element(), x.shape()));
    return unlessByZero(to, "stablehlo.divide", x, y, allOnes);
  }

  private static Ssa remainder(Emitter to, Ssa x, Ssa y) {
    return x.isFloating()
        ? to.binary("stablehlo.remainder", x, y)
        : unlessByZero(to, "stablehlo.remainder", x, y, x);
  }

  /** Said at length, for XLA takes any whole x / x for 1 and x % x for 0, by zero too. */
  private static Ssa unlessByZero(Emitter to, String operation, Ssa x, Ssa y, Ssa byZero) {
    var isZero = to.compare(Direction.EQ, y, to.zeros(x.element(), x.shape()));
    var divisor = to.select(isZero, to.splat("1", x), y);
    return to.select(isZero, byZero, to.binary(operation, x, divisor));
  }

  private static Ssa power(Emitter to, Ssa x, Ssa y) {
    if (!x.isFloating()) {
      return wholePower(to, x, y);
    }
    if (!x.isNarrow()) {
      return to.binary("stablehlo.power", x, y);
    }
    var wide = to.binary("stablehlo.power", to.convert(x, "f32"), to.convert(y, "f32"));
    return to.convert(wide, x.element());
  }

  /** By repeated squaring, wrapping; compilers do not agree about StableHLO's own. */
  private static Ssa wholePower(Emitter to, Ssa x, Ssa y) {
    var one = to.splat("1", x);
    var zero = to.splat("0", x);
    var width = x.element().replaceAll("\\D", "");
    var found =
        Control.repeat(
            to,
            Integer.parseInt(width),
            List.of(x, y, one),
            state -> {
              var square = state.get(0);
              var rest = state.get(1);
              var result = state.get(2);
              var odd = isOdd(to, rest, one, zero);
              var more = to.binary("stablehlo.multiply", result, square);
              return List.of(
                  to.binary("stablehlo.multiply", square, square),
                  to.binary("stablehlo.shift_right_logical", rest, one),
                  to.select(odd, more, result));
            });
    if (x.isUnsigned()) {
      return found.getLast();
    }
    var minusOne = to.splat("-1", x);
    var alternating = to.select(isOdd(to, y, one, zero), minusOne, one);
    var ofMinusOne = to.select(to.compare(Direction.EQ, x, minusOne), alternating, zero);
    var inverse = to.select(to.compare(Direction.EQ, x, one), one, ofMinusOne);
    return to.select(to.compare(Direction.LT, y, zero), inverse, found.getLast());
  }

  private static Ssa isOdd(Emitter to, Ssa x, Ssa one, Ssa zero) {
    return to.compare(Direction.NE, to.binary("stablehlo.and", x, one), zero);
  }

  /** min(max(x, low), high). */
  static Ssa clamp(Emitter to, Ssa low, Ssa x, Ssa high) {
    return binary(to, Binary.Kind.MINIMUM, binary(to, Binary.Kind.MAXIMUM, x, low), high);
  }
}
