package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * An elementwise function of two operands of equal type; the result has that type.
 *
 * <ul>
 *   <li>C1: both operands have the same type.
 *   <li>C2: their dtype is one the kind is defined on.
 * </ul>
 *
 * @param kind the function
 */
public record Binary(Kind kind) implements Primitive {
  /** The functions. */
  public enum Kind {
    /** x + y; integers wrap. Numeric. */
    ADD,
    /** x - y; integers wrap. Numeric. */
    SUBTRACT,
    /** x · y; integers wrap. Numeric. */
    MULTIPLY,
    /** x / y; integers truncate towards zero, and divided by zero give -1 (unsigned: all ones). */
    DIVIDE,
    /** x - y·trunc(x/y), with the sign of x; integers modulo zero give x. Numeric. */
    REMAINDER,
    /** The larger one; NaN if either is NaN; +0 is larger than -0. Bool: or. */
    MAXIMUM,
    /** The smaller one; NaN if either is NaN; -0 is smaller than +0. Bool: and. */
    MINIMUM,
    /** x^y as IEEE pow; integers wrap, a negative exponent gives 0 unless |x| is 1. Numeric. */
    POWER,
    /** Bitwise on integers, logical on bool. */
    AND,
    /** Bitwise on integers, logical on bool. */
    OR,
    /** Bitwise on integers, logical on bool. */
    XOR,
    /** x·2^y; 0 where y is negative or at least the width. Integers. */
    SHIFT_LEFT,
    /** Shifts in zeros; 0 where y is negative or at least the width. Integers. */
    SHIFT_RIGHT_LOGICAL,
    /** Shifts in the sign; all sign where y is negative or at least the width. Integers. */
    SHIFT_RIGHT_ARITHMETIC;

    /** Whether the function is defined on elements of this dtype. */
    public boolean accepts(DType dtype) {
      return switch (this) {
        case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER, POWER -> dtype.isNumeric();
        case MAXIMUM, MINIMUM -> true;
        case AND, OR, XOR -> dtype.isInteger() || dtype == DType.BOOL;
        case SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC -> dtype.isInteger();
      };
    }
  }

  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    Check.count(name(), operands, 2);
    var x = operands.getFirst();
    Check.equal("Binary C1", "operands of " + kind + " differ in type", x, operands.get(1));
    Check.that(
        kind.accepts(x.dtype()), "Binary C2", () -> kind + " is not defined on " + x.dtype());
    return List.of(x);
  }
}
