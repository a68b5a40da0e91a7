package dev.backplane.backend.tpu.pjrt;

import dev.backplane.tensor.DType;

/** The numbers PJRT gives our dtypes. */
final class ElementType {
  private ElementType() {}

  static int of(DType dtype) {
    return switch (dtype) {
      case BOOL -> 1;
      case I8 -> 2;
      case I32 -> 4;
      case I64 -> 5;
      case U8 -> 6;
      case U32 -> 8;
      case F16 -> 10;
      case F32 -> 11;
      case F64 -> 12;
      case BF16 -> 13;
    };
  }
}
