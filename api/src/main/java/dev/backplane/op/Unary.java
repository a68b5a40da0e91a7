package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * An elementwise function of one operand. Result: the operand's type; for {@link Kind#IS_FINITE}
 * bool of its shape.
 *
 * <ul>
 *   <li>C1: the operand's dtype is one the kind is defined on.
 * </ul>
 *
 * @param kind the function
 */
public record Unary(Kind kind) implements Primitive {
  /** The functions. */
  public enum Kind {
    /** |x|; of the smallest signed integer it is itself. Numeric. */
    ABS,
    /** -x; integers wrap. Numeric. */
    NEGATE,
    /** -1, 0 (keeping its sign), 1, or NaN. Numeric. */
    SIGN,
    /** e^x. Floating. */
    EXP,
    /** e^x - 1, exact near 0. Floating. */
    EXPM1,
    /** Natural logarithm; of a negative number NaN, of 0 minus infinity. Floating. */
    LOG,
    /** ln(1 + x), exact near 0. Floating. */
    LOG1P,
    /** Hyperbolic tangent. Floating. */
    TANH,
    /** 1 / (1 + e^-x). Floating. */
    LOGISTIC,
    /** Square root; of a negative number NaN. Floating. */
    SQRT,
    /** 1 / √x. Floating. */
    RSQRT,
    /** Sine of radians. Floating. */
    SIN,
    /** Cosine of radians. Floating. */
    COS,
    /** The error function. Floating. */
    ERF,
    /** The largest whole number not above x. Floating. */
    FLOOR,
    /** The smallest whole number not below x. Floating. */
    CEIL,
    /** The nearest whole number, ties to even. Floating. */
    ROUND_NEAREST_EVEN,
    /** Whether x is neither infinite nor NaN. Floating; gives bool. */
    IS_FINITE,
    /** Bitwise complement of integers, logical of bool. */
    NOT;

    /** Whether the function is defined on elements of this dtype. */
    public boolean accepts(DType dtype) {
      return switch (this) {
        case ABS, NEGATE, SIGN -> dtype.isNumeric();
        case EXP, EXPM1, LOG, LOG1P, TANH, LOGISTIC, SQRT, RSQRT, SIN, COS, ERF ->
            dtype.isFloating();
        case FLOOR, CEIL, ROUND_NEAREST_EVEN, IS_FINITE -> dtype.isFloating();
        case NOT -> dtype.isInteger() || dtype == DType.BOOL;
      };
    }
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 1);
    var x = operands.getFirst();
    Check.that(kind.accepts(x.dtype()), "Unary C1", () -> kind + " is not defined on " + x.dtype());
    return List.of(kind == Kind.IS_FINITE ? x.withDType(DType.BOOL) : x);
  }
}
