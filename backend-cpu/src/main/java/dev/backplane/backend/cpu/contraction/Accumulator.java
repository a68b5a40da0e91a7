package dev.backplane.backend.cpu.contraction;

import dev.backplane.tensor.DType;

/** The type in which a product sums; narrower operands are widened when they are packed. */
public enum Accumulator {
  /** f64. */
  F64(8),
  /** f32, f16 and bf16. */
  F32(4),
  /** i64. */
  I64(8),
  /** Integers of at most 32 bits. */
  I32(4);

  private final int bytes;

  Accumulator(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of a sum. */
  public int bytes() {
    return bytes;
  }

  /** The type for operands of a dtype. */
  public static Accumulator of(DType operands) {
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
