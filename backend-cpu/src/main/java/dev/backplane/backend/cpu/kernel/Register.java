package dev.backplane.backend.cpu.kernel;

import dev.backplane.tensor.DType;
import java.lang.classfile.TypeKind;

/** What a value is while a loop body works on it. Low-precision floats are floats between loads. */
enum Register {
  FLOAT(TypeKind.FLOAT),
  DOUBLE(TypeKind.DOUBLE),
  INT(TypeKind.INT),
  LONG(TypeKind.LONG),
  /** A truth value: 0 or 1 in an int, or one lane of a vector mask. */
  MASK(TypeKind.INT);

  private final TypeKind kind;

  Register(TypeKind kind) {
    this.kind = kind;
  }

  /** The JVM's type of the scalar form. */
  TypeKind kind() {
    return kind;
  }

  /** The register that holds elements of a dtype: small integers sign- or zero-extended. */
  static Register of(DType dtype) {
    return switch (dtype) {
      case F64 -> DOUBLE;
      case F32, BF16, F16 -> FLOAT;
      case I64 -> LONG;
      case I32, I8, U32, U8 -> INT;
      case BOOL -> MASK;
    };
  }
}
