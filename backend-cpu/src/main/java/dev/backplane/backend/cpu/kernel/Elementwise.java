package dev.backplane.backend.cpu.kernel;

import static dev.backplane.backend.cpu.kernel.Instruction.ABS;
import static dev.backplane.backend.cpu.kernel.Instruction.EQ;
import static dev.backplane.backend.cpu.kernel.Instruction.GE;
import static dev.backplane.backend.cpu.kernel.Instruction.GT;
import static dev.backplane.backend.cpu.kernel.Instruction.LE;
import static dev.backplane.backend.cpu.kernel.Instruction.LT;
import static dev.backplane.backend.cpu.kernel.Instruction.MAX;
import static dev.backplane.backend.cpu.kernel.Instruction.MIN;
import static dev.backplane.backend.cpu.kernel.Instruction.NE;
import static dev.backplane.backend.cpu.kernel.Instruction.NEGATE;
import static dev.backplane.backend.cpu.kernel.Instruction.SHIFT_LEFT;
import static dev.backplane.backend.cpu.kernel.Instruction.SHIFT_RIGHT;
import static dev.backplane.backend.cpu.kernel.Instruction.SHIFT_RIGHT_UNSIGNED;
import static dev.backplane.backend.cpu.kernel.Instruction.SQRT;

import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;

/** The elementwise primitives in instructions, for every dtype. */
final class Elementwise {
  private final Lanes lanes;
  private final Conversion conversion;
  private final Functions functions;

  Elementwise(Lanes lanes) {
    this.lanes = lanes;
    this.conversion = new Conversion(lanes);
    this.functions = new Functions(lanes);
  }

  Conversion conversion() {
    return conversion;
  }

  Lane unary(Unary.Kind kind, DType dtype, Lane x) {
    var register = x.register();
    return switch (kind) {
      case ABS -> dtype.isUnsigned() ? x : conversion.normalize(dtype, lanes.apply(ABS, x));
      case NEGATE ->
          dtype.isFloating()
              ? lanes.apply(NEGATE, x)
              : conversion.normalize(dtype, lanes.subtract(lanes.number(register, 0), x));
      case SIGN -> sign(dtype, x);
      case NOT ->
          dtype == DType.BOOL
              ? lanes.not(x)
              : conversion.normalize(dtype, lanes.xor(x, lanes.number(register, -1)));
      case IS_FINITE ->
          register == Register.DOUBLE
              ? lanes.apply(LT, lanes.apply(ABS, x), lanes.number(Double.POSITIVE_INFINITY))
              : lanes.apply(LT, lanes.apply(ABS, x), lanes.number(Float.POSITIVE_INFINITY));
      case SQRT -> conversion.normalize(dtype, lanes.apply(SQRT, x));
      case RSQRT ->
          conversion.normalize(
              dtype, lanes.divide(lanes.number(register, 1), lanes.apply(SQRT, x)));
      case EXP, EXPM1, LOG, LOG1P, TANH, LOGISTIC, SIN, COS, ERF, FLOOR, CEIL, ROUND_NEAREST_EVEN ->
          conversion.normalize(
              dtype, register == Register.DOUBLE ? functions.f64(kind, x) : functions.f32(kind, x));
    };
  }

  private Lane sign(DType dtype, Lane x) {
    var register = x.register();
    var zero = lanes.number(register, 0);
    var one = lanes.number(register, 1);
    if (dtype.isUnsigned()) {
      return lanes.select(lanes.apply(NE, x, zero), one, zero);
    }
    var negative = lanes.select(lanes.apply(LT, x, zero), lanes.number(register, -1), x);
    return lanes.select(lanes.apply(GT, x, zero), one, negative);
  }

  Lane binary(Binary.Kind kind, DType dtype, Lane x, Lane y) {
    return switch (kind) {
      case ADD -> conversion.normalize(dtype, lanes.add(x, y));
      case SUBTRACT -> conversion.normalize(dtype, lanes.subtract(x, y));
      case MULTIPLY -> conversion.normalize(dtype, lanes.multiply(x, y));
      case DIVIDE ->
          conversion.normalize(
              dtype, dtype.isFloating() ? lanes.divide(x, y) : call("divide", dtype, x, y));
      case REMAINDER -> conversion.normalize(dtype, call("remainder", dtype, x, y));
      case POWER -> conversion.normalize(dtype, call("pow", dtype, x, y));
      case MAXIMUM -> extreme(dtype, MAX, x, y);
      case MINIMUM -> extreme(dtype, MIN, x, y);
      case AND -> lanes.and(x, y);
      case OR -> lanes.or(x, y);
      case XOR -> lanes.xor(x, y);
      case SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC -> shift(kind, dtype, x, y);
    };
  }

  private Lane call(String method, DType dtype, Lane x, Lane y) {
    return lanes.call(x.register(), dtype.isUnsigned() ? method + "Unsigned" : method, x, y);
  }

  private Lane extreme(DType dtype, Instruction which, Lane x, Lane y) {
    if (dtype == DType.BOOL) {
      return which == MAX ? lanes.or(x, y) : lanes.and(x, y);
    }
    if (dtype == DType.U32) {
      return lanes.select(lanes.apply(which == MAX ? GT : LT, signed(x), signed(y)), x, y);
    }
    return lanes.apply(which, x, y);
  }

  /** An u32 in an order-preserving signed form. */
  private Lane signed(Lane x) {
    return lanes.xor(x, lanes.number(Integer.MIN_VALUE));
  }

  private Lane shift(Binary.Kind kind, DType dtype, Lane x, Lane y) {
    var register = x.register();
    int width = 8 * dtype.bytes();
    var count = register == Register.LONG ? lanes.apply(Instruction.TO_INT, y) : y;
    var within =
        lanes.and(
            lanes.apply(GE, y, lanes.number(register, 0)),
            lanes.apply(LT, y, lanes.number(register, width)));
    var zero = lanes.number(register, 0);
    return switch (kind) {
      case SHIFT_LEFT ->
          lanes.select(
              within, conversion.normalize(dtype, lanes.apply(SHIFT_LEFT, x, count)), zero);
      case SHIFT_RIGHT_LOGICAL -> {
        var bits = dtype == DType.I8 ? lanes.and(x, lanes.number(0xff)) : x;
        yield lanes.select(
            within,
            conversion.normalize(dtype, lanes.apply(SHIFT_RIGHT_UNSIGNED, bits, count)),
            zero);
      }
      case SHIFT_RIGHT_ARITHMETIC -> {
        // The uppermost bit is what is shifted in, of unsigned numbers too.
        var bits = dtype == DType.U8 ? conversion.normalize(DType.I8, x) : x;
        var clamped = lanes.select(within, count, lanes.number(width - 1));
        yield conversion.normalize(dtype, lanes.apply(SHIFT_RIGHT, bits, clamped));
      }
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER, MAXIMUM, MINIMUM, POWER, AND, OR, XOR ->
          throw new IllegalArgumentException(kind + " is no shift");
    };
  }

  Lane compare(Compare.Direction direction, DType dtype, Lane x, Lane y) {
    if (dtype == DType.BOOL) {
      return switch (direction) {
        case EQ -> lanes.not(lanes.xor(x, y));
        case NE -> lanes.xor(x, y);
        case LT -> lanes.and(lanes.not(x), y);
        case LE -> lanes.or(lanes.not(x), y);
        case GT -> lanes.and(x, lanes.not(y));
        case GE -> lanes.or(x, lanes.not(y));
      };
    }
    boolean wide = dtype == DType.U32;
    var instruction =
        switch (direction) {
          case EQ -> EQ;
          case NE -> NE;
          case LT -> LT;
          case LE -> LE;
          case GT -> GT;
          case GE -> GE;
        };
    return lanes.apply(instruction, wide ? signed(x) : x, wide ? signed(y) : y);
  }

  Lane select(Lane condition, Lane x, Lane y) {
    return x.register() == Register.MASK
        ? lanes.or(lanes.and(condition, x), lanes.and(lanes.not(condition), y))
        : lanes.select(condition, x, y);
  }

  Lane clamp(DType dtype, Lane low, Lane x, Lane high) {
    return binary(Binary.Kind.MINIMUM, dtype, binary(Binary.Kind.MAXIMUM, dtype, x, low), high);
  }

  /** What a reduction of nothing gives. */
  Lane identity(Combiner combiner, DType dtype) {
    var register = Register.of(dtype);
    return switch (combiner) {
      case ADD, OR -> lanes.number(register, 0);
      case MULTIPLY -> lanes.number(register, 1);
      case AND -> dtype == DType.U8 ? lanes.number(0xff) : lanes.number(register, -1);
      case MAXIMUM -> least(dtype);
      case MINIMUM -> greatest(dtype);
    };
  }

  private Lane least(DType dtype) {
    return switch (dtype) {
      case F64 -> lanes.number(Double.NEGATIVE_INFINITY);
      case F32, BF16, F16 -> lanes.number(Float.NEGATIVE_INFINITY);
      case I64 -> lanes.number(Long.MIN_VALUE);
      case I32 -> lanes.number(Integer.MIN_VALUE);
      case I8 -> lanes.number((int) Byte.MIN_VALUE);
      case U32, U8 -> lanes.number(0);
      case BOOL -> lanes.truth(false);
    };
  }

  private Lane greatest(DType dtype) {
    return switch (dtype) {
      case F64 -> lanes.number(Double.POSITIVE_INFINITY);
      case F32, BF16, F16 -> lanes.number(Float.POSITIVE_INFINITY);
      case I64 -> lanes.number(Long.MAX_VALUE);
      case I32 -> lanes.number(Integer.MAX_VALUE);
      case I8 -> lanes.number((int) Byte.MAX_VALUE);
      case U32 -> lanes.number(-1);
      case U8 -> lanes.number(0xff);
      case BOOL -> lanes.truth(true);
    };
  }
}
