package dev.backplane.backend.cpu.kernel;

import static dev.backplane.backend.cpu.kernel.Instruction.ABS;
import static dev.backplane.backend.cpu.kernel.Instruction.EQ;
import static dev.backplane.backend.cpu.kernel.Instruction.GE;
import static dev.backplane.backend.cpu.kernel.Instruction.GT;
import static dev.backplane.backend.cpu.kernel.Instruction.LT;
import static dev.backplane.backend.cpu.kernel.Instruction.SHIFT_LEFT;
import static dev.backplane.backend.cpu.kernel.Instruction.SHIFT_RIGHT;
import static dev.backplane.backend.cpu.kernel.Instruction.TO_FLOAT;

import dev.backplane.op.Unary;

/**
 * Transcendental functions on floats in IEEE operations, within 4 units in the last place over the
 * whole range, denormals included. Range reduction and the logarithm's series in s = f / (2 + f)
 * are the textbook ones (Muller, Elementary Functions, chapters 4 and 11).
 */
final class Functions {
  private static final float LOG2_E = 1.44269504f;
  // ln 2 in two floats, the first with so few bits that its multiples by exponents are exact.
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  // 1.5 · 2^23: adding it leaves the nearest whole number in the low bits.
  private static final float ROUNDER = 12582912f;
  private static final int ROUNDER_BITS = 0x4b400000;
  private static final int ROOT_HALF_BITS = 0x3f3504f3;

  private final Lanes lanes;

  Functions(Lanes lanes) {
    this.lanes = lanes;
  }

  Lane f64(Unary.Kind kind, Lane x) {
    return lanes.call(Register.DOUBLE, method(kind), x);
  }

  private static String method(Unary.Kind kind) {
    return switch (kind) {
      case EXP -> "exp";
      case EXPM1 -> "expm1";
      case LOG -> "log";
      case LOG1P -> "log1p";
      case TANH -> "tanh";
      case LOGISTIC -> "logistic";
      case SIN -> "sin";
      case COS -> "cos";
      case ERF -> "erf";
      case FLOOR -> "floor";
      case CEIL -> "ceil";
      case ROUND_NEAREST_EVEN -> "rint";
      case ABS, NEGATE, SIGN, SQRT, RSQRT, IS_FINITE, NOT ->
          throw new IllegalArgumentException(kind + " is an instruction");
    };
  }

  Lane f32(Unary.Kind kind, Lane x) {
    return switch (kind) {
      case EXP -> exp(x);
      case EXPM1 -> expm1(x);
      case LOG -> log(x);
      case LOG1P -> log1p(x);
      case TANH -> tanh(x);
      case LOGISTIC -> logistic(x);
      case SIN, COS -> lanes.call(Register.FLOAT, method(kind), x);
      case ERF -> erf(x);
      case FLOOR -> floor(x);
      case CEIL -> lanes.apply(Instruction.NEGATE, floor(lanes.apply(Instruction.NEGATE, x)));
      case ROUND_NEAREST_EVEN -> rint(x);
      case ABS, NEGATE, SIGN, SQRT, RSQRT, IS_FINITE, NOT ->
          throw new IllegalArgumentException(kind + " is an instruction");
    };
  }

  private Lane n(float value) {
    return lanes.number(value);
  }

  /** Horner's scheme, the coefficients from the highest power down. */
  private Lane polynomial(Lane x, float... coefficients) {
    var sum = n(coefficients[0]);
    for (int i = 1; i < coefficients.length; i++) {
      sum = lanes.fma(sum, x, n(coefficients[i]));
    }
    return sum;
  }

  private Lane atLeast(Lane x, float low) {
    return lanes.select(lanes.apply(LT, x, n(low)), n(low), x);
  }

  private Lane atMost(Lane x, float high) {
    return lanes.select(lanes.apply(GT, x, n(high)), n(high), x);
  }

  /** x = n · ln 2 + rest: n as float and as int, and the rest. */
  private record Reduced(Lane n, Lane whole, Lane rest) {}

  private Reduced reduce(Lane x) {
    var shifted = lanes.fma(x, n(LOG2_E), n(ROUNDER));
    var whole = lanes.subtract(lanes.bits(shifted), lanes.number(ROUNDER_BITS));
    var n = lanes.subtract(shifted, n(ROUNDER));
    var rest = lanes.fma(n, n(-LN2_LOW), lanes.fma(n, n(-LN2_HIGH), x));
    return new Reduced(n, whole, rest);
  }

  private Lane powerOfTwo(Lane exponent) {
    return lanes.bits(
        lanes.apply(SHIFT_LEFT, lanes.add(exponent, lanes.number(127)), lanes.number(23)));
  }

  /**
   * (e^r - 1 - r) / r² for |r| ≤ ln 2 / 2: Taylor's series, whose first term left out is below
   * 2^-27.
   */
  private Lane expTail(Lane r) {
    return polynomial(
        r, 1.9841270e-4f, 1.3888889e-3f, 8.3333333e-3f, 4.1666667e-2f, 1.6666667e-1f, 0.5f);
  }

  private Lane exp(Lane x) {
    return expBelow(atMost(x, 90f));
  }

  /** e^x for x up to 90. */
  private Lane expBelow(Lane unbounded) {
    var x = atLeast(unbounded, -105f);
    var reduced = reduce(x);
    var r = reduced.rest();
    var p = lanes.add(lanes.fma(lanes.multiply(r, r), expTail(r), r), n(1f));
    // Two factors: 2^n alone may be no normal float. Only the second one can round.
    var half = lanes.apply(SHIFT_RIGHT, reduced.whole(), lanes.number(1));
    var other = lanes.subtract(reduced.whole(), half);
    return lanes.multiply(lanes.multiply(p, powerOfTwo(half)), powerOfTwo(other));
  }

  private Lane expm1(Lane unbounded) {
    return expm1Within(atMost(atLeast(unbounded, -20f), 89f));
  }

  /** e^x - 1 for x from -20 to 89. */
  private Lane expm1Within(Lane x) {
    var reduced = reduce(x);
    var r = reduced.rest();
    var p = lanes.fma(lanes.multiply(r, r), expTail(r), r);
    // 2^n · p + (2^n - 1), by half so that 2^128 does not come up.
    var t = powerOfTwo(lanes.subtract(reduced.whole(), lanes.number(1)));
    var large = lanes.multiply(lanes.fma(p, t, lanes.subtract(t, n(0.5f))), n(2f));
    return lanes.select(lanes.apply(EQ, reduced.n(), n(0f)), p, large);
  }

  private Lane log(Lane x) {
    var tiny = lanes.apply(LT, x, n(Float.MIN_NORMAL));
    var scaled = lanes.select(tiny, lanes.multiply(x, n(0x1p25f)), x);
    var bits = lanes.subtract(lanes.bits(scaled), lanes.number(ROOT_HALF_BITS));
    var e = lanes.apply(SHIFT_RIGHT, bits, lanes.number(23));
    var exponent = lanes.subtract(lanes.apply(TO_FLOAT, e), lanes.select(tiny, n(25f), n(0f)));
    var f = lanes.subtract(mantissa(bits), n(1f));
    return logEdges(x, x, logOf(f, exponent, n(0f)));
  }

  private Lane mantissa(Lane bits) {
    return lanes.bits(
        lanes.add(lanes.and(bits, lanes.number(0x7fffff)), lanes.number(ROOT_HALF_BITS)));
  }

  /** ln(1 + f) + exponent · ln 2 + correction for 1 + f between √½ and √2. */
  private Lane logOf(Lane f, Lane exponent, Lane correction) {
    var s = lanes.divide(f, lanes.add(f, n(2f)));
    var z = lanes.multiply(s, s);
    var series = lanes.multiply(z, polynomial(z, 0.22222222f, 0.28571429f, 0.4f, 0.66666667f));
    var halfSquare = lanes.multiply(n(0.5f), lanes.multiply(f, f));
    var small =
        lanes.fma(s, lanes.add(halfSquare, series), lanes.fma(exponent, n(LN2_LOW), correction));
    return lanes.fma(exponent, n(LN2_HIGH), lanes.add(lanes.subtract(small, halfSquare), f));
  }

  /** The logarithm of an argument that is 0, negative, infinite or NaN. */
  private Lane logEdges(Lane argument, Lane x, Lane regular) {
    var finite = lanes.select(lanes.apply(LT, argument, n(Float.POSITIVE_INFINITY)), regular, x);
    var positive =
        lanes.select(lanes.apply(EQ, argument, n(0f)), n(Float.NEGATIVE_INFINITY), finite);
    return lanes.select(lanes.apply(LT, argument, n(0f)), n(Float.NaN), positive);
  }

  private Lane log1p(Lane x) {
    var u = lanes.add(x, n(1f));
    var bits = lanes.subtract(lanes.bits(u), lanes.number(ROOT_HALF_BITS));
    var e = lanes.apply(SHIFT_RIGHT, bits, lanes.number(23));
    var near = lanes.apply(EQ, lanes.apply(TO_FLOAT, e), n(0f));
    // What the sum 1 + x lost, relative to it.
    var lost =
        lanes.select(
            lanes.apply(GE, x, n(1f)),
            lanes.subtract(n(1f), lanes.subtract(u, x)),
            lanes.subtract(x, lanes.subtract(u, n(1f))));
    var correction = lanes.select(near, n(0f), lanes.divide(lost, u));
    var f = lanes.select(near, x, lanes.subtract(mantissa(bits), n(1f)));
    return logEdges(u, x, logOf(f, lanes.apply(TO_FLOAT, e), correction));
  }

  private Lane tanh(Lane x) {
    var a = atMost(lanes.apply(ABS, x), 10f);
    var t = expm1Within(lanes.add(a, a));
    return withSignOf(x, lanes.divide(t, lanes.add(t, n(2f))));
  }

  private Lane withSignOf(Lane sign, Lane magnitude) {
    return lanes.bits(
        lanes.or(
            lanes.bits(magnitude), lanes.and(lanes.bits(sign), lanes.number(Integer.MIN_VALUE))));
  }

  private Lane logistic(Lane x) {
    var e = expBelow(lanes.apply(Instruction.NEGATE, lanes.apply(ABS, x)));
    var above = lanes.select(lanes.apply(LT, x, n(0f)), e, n(1f));
    return lanes.divide(above, lanes.add(e, n(1f)));
  }

  /** Whole numbers from 2^23 on are what they are. */
  private Lane rint(Lane x) {
    var a = lanes.apply(ABS, x);
    var rounded = lanes.subtract(lanes.add(a, n(0x1p23f)), n(0x1p23f));
    return lanes.select(lanes.apply(LT, a, n(0x1p23f)), withSignOf(x, rounded), x);
  }

  private Lane floor(Lane x) {
    var nearest = rint(x);
    var below = lanes.subtract(nearest, n(1f));
    return lanes.select(lanes.apply(GT, nearest, x), below, nearest);
  }

  /**
   * Below 1 a polynomial in x² times x, above 1 - e^p(|x|), p being fitted to the logarithm of the
   * complement (both fits by Chebyshev interpolation, errors 1.3e-9 and 1.7e-8 absolute).
   */
  private Lane erf(Lane x) {
    var a = lanes.apply(ABS, x);
    var square = lanes.multiply(x, x);
    var small =
        lanes.multiply(
            x,
            polynomial(
                square,
                7.875875063e-5f,
                -0.0008016864287f,
                0.005189087423f,
                -0.02685421201f,
                0.1128359472f,
                -0.3761262667f,
                1.128379166f));
    var bounded = atMost(a, 4.2f);
    var large =
        lanes.subtract(
            n(1f),
            exp(
                polynomial(
                    bounded,
                    1.637151415e-6f,
                    -4.605804269e-5f,
                    0.0005968056257f,
                    -0.004759596293f,
                    0.02642113601f,
                    -0.1100800829f,
                    -0.6318260516f,
                    -1.130233435f,
                    0.0003201380497f)));
    return lanes.select(lanes.apply(LT, a, n(1f)), small, withSignOf(x, large));
  }
}
