package dev.backplane.backend.cpu.contraction;

import dev.backplane.tensor.DType;

/** The type in which a product sums; narrower operands are widened when they are packed. */
enum Accumulator {
  F64(8),
  F32(4),
  I64(8),
  I32(4);

  private final int bytes;

  Accumulator(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  static Accumulator of(DType operands) {
    return switch (operands) {
      case F64 -> F64;
      case F32, BF16, F16 -> F32;
      case I64 -> I64;
      // Sums wrap, so 32 bits are enough for every type that has at most 32, signed or not.
      case I32, I8, U32, U8 -> I32;
      case BOOL -> throw new IllegalArgumentException("bool has no products");
    };
  }
}
