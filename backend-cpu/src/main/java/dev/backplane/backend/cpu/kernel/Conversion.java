package dev.backplane.backend.cpu.kernel;

import static dev.backplane.backend.cpu.kernel.Instruction.GE;
import static dev.backplane.backend.cpu.kernel.Instruction.MAX;
import static dev.backplane.backend.cpu.kernel.Instruction.MIN;
import static dev.backplane.backend.cpu.kernel.Instruction.NE;
import static dev.backplane.backend.cpu.kernel.Instruction.SHIFT_LEFT;
import static dev.backplane.backend.cpu.kernel.Instruction.SHIFT_RIGHT;
import static dev.backplane.backend.cpu.kernel.Instruction.SHIFT_RIGHT_UNSIGNED;
import static dev.backplane.backend.cpu.kernel.Instruction.TO_DOUBLE;
import static dev.backplane.backend.cpu.kernel.Instruction.TO_FLOAT;
import static dev.backplane.backend.cpu.kernel.Instruction.TO_INT;
import static dev.backplane.backend.cpu.kernel.Instruction.TO_LONG;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;

/** Values of one dtype as values of another, and results brought back into their dtype. */
final class Conversion {
  private final Lanes lanes;

  Conversion(Lanes lanes) {
    this.lanes = lanes;
  }

  /** Rounds or wraps what an operation in the register gave to a value of the dtype. */
  Lane normalize(DType dtype, Lane x) {
    return switch (dtype) {
      case F64, F32, I64, I32, U32, BOOL -> x;
      case BF16 -> roundBf16(x);
      case F16 -> lanes.call(Register.FLOAT, "roundF16", x);
      case I8 ->
          lanes.apply(SHIFT_RIGHT, lanes.apply(SHIFT_LEFT, x, lanes.number(24)), lanes.number(24));
      case U8 -> lanes.and(x, lanes.number(0xff));
    };
  }

  private Lane roundBf16(Lane x) {
    var bits = lanes.bits(x);
    var odd = lanes.and(shiftUnsigned(bits, 16), lanes.number(1));
    var rounded = lanes.add(lanes.add(bits, lanes.number(0x7fff)), odd);
    var nan = lanes.or(lanes.and(bits, lanes.number(0x80000000)), lanes.number(0x7fc00000));
    var upper = lanes.and(rounded, lanes.number(0xffff0000));
    return lanes.bits(lanes.select(lanes.apply(NE, x, x), nan, upper));
  }

  private Lane shiftUnsigned(Lane x, int count) {
    return lanes.apply(SHIFT_RIGHT_UNSIGNED, x, lanes.number(count));
  }

  /** The element of a literal. */
  Lane constant(Literal literal, int index) {
    var dtype = literal.type().dtype();
    return switch (Register.of(dtype)) {
      case DOUBLE -> lanes.number(literal.doubleAt(index));
      case FLOAT -> lanes.number((float) literal.doubleAt(index));
      case LONG -> lanes.number(literal.longAt(index));
      case INT -> lanes.number((int) literal.longAt(index));
      case MASK -> lanes.truth(literal.longAt(index) != 0);
    };
  }

  /** The value of x in another dtype. */
  Lane convert(DType from, DType to, Lane x) {
    if (from == to) {
      return x;
    }
    if (to == DType.BOOL) {
      return lanes.apply(NE, x, lanes.number(x.register(), 0));
    }
    if (from == DType.BOOL) {
      var register = Register.of(to);
      return lanes.select(x, lanes.number(register, 1), lanes.number(register, 0));
    }
    if (from.isFloating()) {
      return to.isFloating() ? floatToFloat(to, x) : floatToInteger(to, x);
    }
    return to.isFloating() ? integerToFloat(from, to, x) : integerToInteger(from, to, x);
  }

  private Lane floatToFloat(DType to, Lane x) {
    boolean wide = x.register() == Register.DOUBLE;
    return switch (to) {
      case F64 -> lanes.apply(TO_DOUBLE, x);
      case F32 -> wide ? lanes.apply(TO_FLOAT, x) : x;
      case BF16 -> wide ? lanes.call(Register.FLOAT, "roundBf16", x) : roundBf16(x);
      case F16 -> lanes.call(Register.FLOAT, "roundF16", x);
      case I64, I32, I8, U32, U8, BOOL -> throw new IllegalArgumentException(to + " is no float");
    };
  }

  private Lane floatToInteger(DType to, Lane x) {
    return switch (to) {
      case I64 -> lanes.apply(TO_LONG, x);
      case I32 -> lanes.apply(TO_INT, x);
      case I8 -> within(lanes.apply(TO_INT, x), Byte.MIN_VALUE, Byte.MAX_VALUE);
      case U8 -> within(lanes.apply(TO_INT, x), 0, 255);
      case U32 -> floatToU32(x);
      case F64, F32, BF16, F16, BOOL -> throw new IllegalArgumentException(to + " is no integer");
    };
  }

  private Lane within(Lane x, int low, int high) {
    return lanes.apply(MIN, lanes.apply(MAX, x, lanes.number(low)), lanes.number(high));
  }

  /** Upper half of the range by way of the lower one: the cast saturates at 2^31. */
  private Lane floatToU32(Lane x) {
    var register = x.register();
    boolean wide = register == Register.DOUBLE;
    var half = wide ? lanes.number(0x1p31) : lanes.number(0x1p31f);
    var upper =
        lanes.xor(lanes.apply(TO_INT, lanes.subtract(x, half)), lanes.number(Integer.MIN_VALUE));
    var lower = lanes.apply(TO_INT, lanes.apply(MAX, x, lanes.number(register, 0)));
    return lanes.select(lanes.apply(GE, x, half), upper, lower);
  }

  private Lane integerToFloat(DType from, DType to, Lane x) {
    boolean exact = from == DType.I8 || from == DType.U8;
    return switch (to) {
      case F64 -> asDouble(from, x);
      case F32 -> from == DType.U32 ? u32ToFloat(x) : lanes.apply(TO_FLOAT, x);
      case BF16 ->
          exact
              ? roundBf16(lanes.apply(TO_FLOAT, x))
              : lanes.call(Register.FLOAT, "roundBf16", asDouble(from, x));
      case F16 -> lanes.call(Register.FLOAT, "roundF16", asDouble(from, x));
      case I64, I32, I8, U32, U8, BOOL -> throw new IllegalArgumentException(to + " is no float");
    };
  }

  private Lane asDouble(DType from, Lane x) {
    var whole = from == DType.U32 ? integerToInteger(DType.U32, DType.I64, x) : x;
    return lanes.apply(TO_DOUBLE, whole);
  }

  /** Both halves are exact floats, so that only their sum rounds. */
  private Lane u32ToFloat(Lane x) {
    var high = lanes.apply(TO_FLOAT, shiftUnsigned(x, 16));
    var low = lanes.apply(TO_FLOAT, lanes.and(x, lanes.number(0xffff)));
    return lanes.fma(high, lanes.number(65536f), low);
  }

  private Lane integerToInteger(DType from, DType to, Lane x) {
    if (to == DType.I64) {
      var wide = lanes.apply(TO_LONG, x);
      return from == DType.U32 ? lanes.and(wide, lanes.number(0xffffffffL)) : wide;
    }
    return normalize(to, from == DType.I64 ? lanes.apply(TO_INT, x) : x);
  }

  /** The same bits read as another dtype of the same width. */
  Lane bitcast(DType from, DType to, Lane x) {
    if (from == to) {
      return x;
    }
    return switch (to) {
      case F32, F64, I64 -> lanes.bits(x);
      case I32, U32 -> from.isFloating() ? lanes.bits(x) : x;
      case I8, U8 -> normalize(to, x);
      case BF16 -> lanes.call(Register.FLOAT, "f16AsBf16", x);
      case F16 -> lanes.call(Register.FLOAT, "bf16AsF16", x);
      case BOOL -> throw new IllegalArgumentException("no bitcast to bool");
    };
  }
}
