package dev.backplane.backend.cpu.kernel;

/**
 * What the body of a loop is made of. Every instruction has one result for given operands, in the
 * scalar and in the vector form: IEEE 754 operations, two's complement, Java's casts and shifts.
 */
enum Instruction {
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  /** x · y + z, rounded once. */
  FMA,
  NEGATE,
  ABS,
  SQRT,
  /** NaN if either is NaN; -0 is below +0. */
  MIN,
  /** NaN if either is NaN; -0 is below +0. */
  MAX,
  AND,
  OR,
  XOR,
  /** Of truth values only. */
  NOT,
  SHIFT_LEFT,
  SHIFT_RIGHT,
  SHIFT_RIGHT_UNSIGNED,
  EQ,
  NE,
  LT,
  LE,
  GT,
  GE,
  /** (mask, x, y). */
  SELECT,
  /** Java's cast to float. */
  TO_FLOAT,
  /** Java's cast to double. */
  TO_DOUBLE,
  /** Java's cast to int. */
  TO_INT,
  /** Java's cast to long. */
  TO_LONG,
  /** The bits of a float as int, of a double as long, and back. */
  BITS;

  boolean compares() {
    return switch (this) {
      case EQ, NE, LT, LE, GT, GE -> true;
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, FMA, NEGATE, ABS, SQRT, MIN, MAX -> false;
      case AND, OR, XOR, NOT, SHIFT_LEFT, SHIFT_RIGHT, SHIFT_RIGHT_UNSIGNED -> false;
      case SELECT, TO_FLOAT, TO_DOUBLE, TO_INT, TO_LONG, BITS -> false;
    };
  }
}
