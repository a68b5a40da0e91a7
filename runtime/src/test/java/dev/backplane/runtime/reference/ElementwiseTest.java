package dev.backplane.runtime.reference;

import static dev.backplane.runtime.reference.Golden.bools;
import static dev.backplane.runtime.reference.Golden.close;
import static dev.backplane.runtime.reference.Golden.floats;
import static dev.backplane.runtime.reference.Golden.gives;
import static dev.backplane.runtime.reference.Golden.givesLongs;
import static dev.backplane.runtime.reference.Golden.run;
import static dev.backplane.runtime.reference.Golden.wholes;
import static dev.backplane.tensor.DType.BF16;
import static dev.backplane.tensor.DType.BOOL;
import static dev.backplane.tensor.DType.F16;
import static dev.backplane.tensor.DType.F32;
import static dev.backplane.tensor.DType.F64;
import static dev.backplane.tensor.DType.I32;
import static dev.backplane.tensor.DType.I64;
import static dev.backplane.tensor.DType.I8;
import static dev.backplane.tensor.DType.U32;
import static dev.backplane.tensor.DType.U8;

import dev.backplane.op.Binary;
import dev.backplane.op.Clamp;
import dev.backplane.op.Compare;
import dev.backplane.op.Select;
import dev.backplane.op.Unary;
import dev.backplane.tensor.Literal;
import org.junit.jupiter.api.Test;

class ElementwiseTest {
  private static final double INF = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  private static Literal unary(Unary.Kind kind, Literal x) {
    return run(new Unary(kind), x);
  }

  private static Literal binary(Binary.Kind kind, Literal x, Literal y) {
    return run(new Binary(kind), x, y);
  }

  @Test
  void signsOfFloats() {
    var x = floats(F32, -2.5, -0.0, 0.0, INF, NAN);
    gives(unary(Unary.Kind.ABS, x), 2.5, 0, 0, INF, NAN);
    gives(unary(Unary.Kind.NEGATE, x), 2.5, 0.0, -0.0, -INF, NAN);
    gives(unary(Unary.Kind.SIGN, x), -1, -0.0, 0, 1, NAN);
  }

  @Test
  void theSmallestIntegerIsItsOwnAbsoluteValue() {
    givesLongs(unary(Unary.Kind.ABS, wholes(I8, -128, -3, 7)), -128, 3, 7);
    givesLongs(unary(Unary.Kind.ABS, wholes(U32, 0xffffffffL)), 0xffffffffL);
    givesLongs(unary(Unary.Kind.NEGATE, wholes(U8, 1, 0)), 255, 0);
    givesLongs(unary(Unary.Kind.NEGATE, wholes(I64, Long.MIN_VALUE)), Long.MIN_VALUE);
    givesLongs(unary(Unary.Kind.SIGN, wholes(U32, 0xffffffffL, 0)), 1, 0);
    givesLongs(unary(Unary.Kind.SIGN, wholes(I32, -5)), -1);
  }

  @Test
  void exponentialsAndLogarithms() {
    gives(unary(Unary.Kind.EXP, floats(F64, 0, -INF, INF, NAN)), 1, 0, INF, NAN);
    close(unary(Unary.Kind.EXP, floats(F64, 1, -1)), 1e-15, Math.E, 1 / Math.E);
    close(unary(Unary.Kind.EXPM1, floats(F64, 1e-20, -1e-20)), 1e-15, 1e-20, -1e-20);
    gives(unary(Unary.Kind.EXPM1, floats(F32, -0.0, -INF)), -0.0, -1);
    gives(unary(Unary.Kind.LOG, floats(F32, 1, 0, -0.0, -1, INF)), 0, -INF, -INF, NAN, INF);
    close(unary(Unary.Kind.LOG1P, floats(F64, 1e-20, 1)), 1e-15, 1e-20, 0.6931471805599453);
    gives(unary(Unary.Kind.LOG1P, floats(F32, -1, -2)), -INF, NAN);
  }

  @Test
  void sigmoids() {
    gives(unary(Unary.Kind.TANH, floats(F32, -INF, INF, -0.0)), -1, 1, -0.0);
    close(unary(Unary.Kind.TANH, floats(F64, 0.5)), 1e-15, 0.46211715726000975);
    gives(unary(Unary.Kind.LOGISTIC, floats(F64, 0, INF, -INF)), 0.5, 1, 0);
    close(unary(Unary.Kind.LOGISTIC, floats(F64, 2, -740)), 1e-15, 0.8807970779778823, 4.2e-322);
    // Digits of erf from Abramowitz and Stegun, table 7.1, and DLMF.
    close(
        unary(Unary.Kind.ERF, floats(F64, 0.5, 1, -1, 2.4, 3, 1e-10)),
        4e-16,
        0.5204998778130465,
        0.8427007929497149,
        -0.8427007929497149,
        0.9993114861033549,
        0.9999779095030014,
        1.1283791670955126e-10);
    gives(unary(Unary.Kind.ERF, floats(F64, INF, -INF, NAN, -0.0)), 1, -1, NAN, -0.0);
  }

  @Test
  void rootsAndCircles() {
    gives(unary(Unary.Kind.SQRT, floats(F32, 9, -1, -0.0)), 3, NAN, -0.0);
    gives(unary(Unary.Kind.RSQRT, floats(F32, 4, 0, -0.0, INF, -1)), 0.5, INF, -INF, 0, NAN);
    gives(unary(Unary.Kind.SIN, floats(F64, -0.0, INF)), -0.0, NAN);
    close(
        unary(Unary.Kind.SIN, floats(F64, 1, 1e6)), 1e-14, 0.8414709848078965, -0.3499935021712930);
    close(unary(Unary.Kind.COS, floats(F64, 1, 0)), 1e-15, 0.5403023058681398, 1);
  }

  @Test
  void wholeNumbersOfFloats() {
    var x = floats(F32, -0.5, 0.5, 1.5, 2.5, -1.5);
    gives(unary(Unary.Kind.FLOOR, x), -1, 0, 1, 2, -2);
    gives(unary(Unary.Kind.CEIL, x), -0.0, 1, 2, 3, -1);
    gives(unary(Unary.Kind.ROUND_NEAREST_EVEN, x), -0.0, 0, 2, 2, -2);
    givesLongs(unary(Unary.Kind.IS_FINITE, floats(F16, 1, INF, NAN)), 1, 0, 0);
    givesLongs(unary(Unary.Kind.NOT, wholes(I8, 0, -1, 5)), -1, 0, -6);
    givesLongs(unary(Unary.Kind.NOT, wholes(U8, 5)), 250);
    givesLongs(unary(Unary.Kind.NOT, bools(true, false)), 0, 1);
  }

  @Test
  void everyResultIsRoundedToItsDtypeOnce() {
    gives(binary(Binary.Kind.ADD, floats(BF16, 256), floats(BF16, 1)), 256);
    gives(binary(Binary.Kind.ADD, floats(BF16, 256), floats(BF16, 3)), 260);
    gives(binary(Binary.Kind.ADD, floats(F16, 2048), floats(F16, 1)), 2048);
    gives(binary(Binary.Kind.MULTIPLY, floats(F16, 60000), floats(F16, 2)), INF);
    gives(binary(Binary.Kind.ADD, floats(F32, 16777216), floats(F32, 1)), 16777216);
    gives(binary(Binary.Kind.DIVIDE, floats(F32, Float.MIN_VALUE), floats(F32, 2)), 0);
    gives(
        binary(Binary.Kind.MULTIPLY, floats(F32, Float.MIN_NORMAL), floats(F32, 0.5)),
        Float.MIN_NORMAL * 0.5);
  }

  @Test
  void divisionByZeroHasAnAnswer() {
    gives(binary(Binary.Kind.DIVIDE, floats(F32, 1, -1, 0), floats(F32, 0, 0, 0)), INF, -INF, NAN);
    givesLongs(binary(Binary.Kind.DIVIDE, wholes(I32, 7, -7, 0), wholes(I32, 0, 0, 0)), -1, -1, -1);
    givesLongs(binary(Binary.Kind.DIVIDE, wholes(U8, 7), wholes(U8, 0)), 255);
    givesLongs(binary(Binary.Kind.DIVIDE, wholes(U32, 7), wholes(U32, 0)), 0xffffffffL);
    givesLongs(binary(Binary.Kind.DIVIDE, wholes(I32, -7, 7), wholes(I32, 2, -2)), -3, -3);
    givesLongs(binary(Binary.Kind.DIVIDE, wholes(I8, -128), wholes(I8, -1)), -128);
    givesLongs(
        binary(Binary.Kind.DIVIDE, wholes(I64, Long.MIN_VALUE), wholes(I64, -1)), Long.MIN_VALUE);
    givesLongs(
        binary(Binary.Kind.REMAINDER, wholes(I32, -7, 7, 5), wholes(I32, 2, -2, 0)), -1, 1, 5);
    gives(
        binary(Binary.Kind.REMAINDER, floats(F32, -7, 5.5, 1), floats(F32, 2, -2, 0)),
        -1,
        1.5,
        NAN);
  }

  @Test
  void largerAndSmallerSeeNaNAndTheSignOfZero() {
    var x = floats(F32, 0.0, -0.0, NAN, 1, -INF);
    var y = floats(F32, -0.0, 0.0, 1, NAN, 2);
    gives(binary(Binary.Kind.MAXIMUM, x, y), 0.0, 0.0, NAN, NAN, 2);
    gives(binary(Binary.Kind.MINIMUM, x, y), -0.0, -0.0, NAN, NAN, -INF);
    givesLongs(binary(Binary.Kind.MAXIMUM, wholes(U32, 0x80000000L), wholes(U32, 1)), 0x80000000L);
    givesLongs(binary(Binary.Kind.MAXIMUM, bools(true, false), bools(false, false)), 1, 0);
    givesLongs(binary(Binary.Kind.MINIMUM, bools(true, true), bools(false, true)), 0, 1);
  }

  @Test
  void powers() {
    gives(
        binary(
            Binary.Kind.POWER,
            floats(F64, 2, 0, 1, -1, -8, 4, NAN, -2),
            floats(F64, 10, 0, NAN, INF, 1.0 / 3, 0.5, 0, 3)),
        1024,
        1,
        1,
        1,
        NAN,
        2,
        1,
        -8);
    givesLongs(
        binary(
            Binary.Kind.POWER,
            wholes(I32, 2, 2, -1, -1, 1, 0, 0, 3),
            wholes(I32, 31, -1, -3, -2, -7, 0, -1, 4)),
        Integer.MIN_VALUE,
        0,
        -1,
        1,
        1,
        1,
        0,
        81);
    givesLongs(binary(Binary.Kind.POWER, wholes(U8, 3), wholes(U8, 6)), 729 % 256);
  }

  @Test
  void integersWrap() {
    givesLongs(binary(Binary.Kind.ADD, wholes(I8, 127), wholes(I8, 1)), -128);
    givesLongs(binary(Binary.Kind.SUBTRACT, wholes(U8, 0), wholes(U8, 1)), 255);
    givesLongs(binary(Binary.Kind.MULTIPLY, wholes(U32, 0xffffffffL), wholes(U32, 0xffffffffL)), 1);
    givesLongs(
        binary(Binary.Kind.ADD, wholes(I64, Long.MAX_VALUE), wholes(I64, 1)), Long.MIN_VALUE);
  }

  @Test
  void bitsAndShifts() {
    givesLongs(binary(Binary.Kind.AND, wholes(I8, -1), wholes(I8, 0x55)), 0x55);
    givesLongs(binary(Binary.Kind.OR, bools(false, true), bools(false, false)), 0, 1);
    givesLongs(binary(Binary.Kind.XOR, wholes(U8, 0xf0), wholes(U8, 0xff)), 0x0f);
    givesLongs(
        binary(Binary.Kind.SHIFT_LEFT, wholes(I8, 1, 1, 1, 1), wholes(I8, 7, 8, -1, 3)),
        -128,
        0,
        0,
        8);
    givesLongs(
        binary(Binary.Kind.SHIFT_RIGHT_LOGICAL, wholes(I8, -1, -1, -1), wholes(I8, 4, 8, -1)),
        15,
        0,
        0);
    givesLongs(
        binary(Binary.Kind.SHIFT_RIGHT_ARITHMETIC, wholes(I8, -128, -1, 64), wholes(I8, 4, 8, 9)),
        -8,
        -1,
        0);
    givesLongs(binary(Binary.Kind.SHIFT_RIGHT_ARITHMETIC, wholes(U8, 0x80), wholes(U8, 4)), 0xf8);
    givesLongs(
        binary(Binary.Kind.SHIFT_LEFT, wholes(I64, 1, 1), wholes(I64, 63, 64)), Long.MIN_VALUE, 0);
    givesLongs(binary(Binary.Kind.SHIFT_RIGHT_LOGICAL, wholes(I64, -1), wholes(I64, 63)), 1);
  }

  @Test
  void comparisonsWithNaNAreFalseButForNotEqual() {
    var x = floats(F32, NAN, -0.0, 1, 2);
    var y = floats(F32, NAN, 0.0, 2, 1);
    givesLongs(run(new Compare(Compare.Direction.EQ), x, y), 0, 1, 0, 0);
    givesLongs(run(new Compare(Compare.Direction.NE), x, y), 1, 0, 1, 1);
    givesLongs(run(new Compare(Compare.Direction.LT), x, y), 0, 0, 1, 0);
    givesLongs(run(new Compare(Compare.Direction.LE), x, y), 0, 1, 1, 0);
    givesLongs(run(new Compare(Compare.Direction.GT), x, y), 0, 0, 0, 1);
    givesLongs(run(new Compare(Compare.Direction.GE), x, y), 0, 1, 0, 1);
    givesLongs(run(new Compare(Compare.Direction.LT), wholes(U32, 0x80000000L), wholes(U32, 1)), 0);
    givesLongs(run(new Compare(Compare.Direction.LT), bools(false), bools(true)), 1);
  }

  @Test
  void selectTakesWhatItDoesNotComputeWith() {
    gives(run(new Select(), bools(true, false), floats(F16, 1, NAN), floats(F16, NAN, 2)), 1, 2);
    givesLongs(run(new Select(), bools(true, false), bools(true, true), bools(false, false)), 1, 0);
    givesLongs(
        run(new Select(), bools(false), wholes(I64, 1), wholes(I64, Long.MIN_VALUE)),
        Long.MIN_VALUE);
  }

  @Test
  void clampPrefersTheUpperBoundAndKeepsNaN() {
    gives(
        run(
            new Clamp(),
            floats(F32, 0, 0, 3, 0, NAN),
            floats(F32, -1, 5, 2, NAN, 1),
            floats(F32, 1, 1, 1, 1, 1)),
        0,
        1,
        1,
        NAN,
        NAN);
    givesLongs(run(new Clamp(), wholes(U8, 10), wholes(U8, 5), wholes(U8, 200)), 10);
  }

  @Test
  void emptyValuesStayEmpty() {
    gives(unary(Unary.Kind.EXP, floats(F32)));
    gives(binary(Binary.Kind.ADD, floats(F64), floats(F64)));
    givesLongs(unary(Unary.Kind.NOT, Golden.counting(BOOL, 0)));
  }
}
