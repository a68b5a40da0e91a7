package dev.backplane.tensor;

/**
 * The element types of tensors. The set is closed: adding one raises {@link
 * dev.backplane.op.Primitive#SET_NUMBER}.
 *
 * <p>Contractions and reductions of {@link #F16} and {@link #BF16} accumulate in f32, those of
 * {@link #I8} × {@link #I8} in i32. {@link #BOOL} is stored as one byte, 0 or 1.
 */
public enum DType {
  /** IEEE 754 binary64. */
  F64("f64", 8, Kind.FLOATING),
  /** IEEE 754 binary32. */
  F32("f32", 4, Kind.FLOATING),
  /** The upper half of a binary32: 8 bits of exponent, 7 of fraction. */
  BF16("bf16", 2, Kind.FLOATING),
  /** IEEE 754 binary16. */
  F16("f16", 2, Kind.FLOATING),
  /** Two's complement, 64 bits. */
  I64("i64", 8, Kind.SIGNED),
  /** Two's complement, 32 bits. */
  I32("i32", 4, Kind.SIGNED),
  /** Two's complement, 8 bits. */
  I8("i8", 1, Kind.SIGNED),
  /** Unsigned, 32 bits. */
  U32("u32", 4, Kind.UNSIGNED),
  /** Unsigned, 8 bits. */
  U8("u8", 1, Kind.UNSIGNED),
  /** True or false. */
  BOOL("bool", 1, Kind.TRUTH);

  private enum Kind {
    FLOATING,
    SIGNED,
    UNSIGNED,
    TRUTH
  }

  private final String text;
  private final int bytes;
  private final Kind kind;

  DType(String text, int bytes, Kind kind) {
    this.text = text;
    this.bytes = bytes;
    this.kind = kind;
  }

  /** The size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** f64, f32, bf16 or f16. */
  public boolean isFloating() {
    return kind == Kind.FLOATING;
  }

  /** A signed or unsigned integer; not bool. */
  public boolean isInteger() {
    return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
  }

  /** u32 or u8. */
  public boolean isUnsigned() {
    return kind == Kind.UNSIGNED;
  }

  /** Floating or integer: whatever arithmetic is defined on. */
  public boolean isNumeric() {
    return kind != Kind.TRUTH;
  }

  /** The type in which reductions and contractions of this type accumulate. */
  public DType accumulator() {
    return switch (this) {
      case F16, BF16 -> F32;
      case F64, F32, I64, I32, I8, U32, U8, BOOL -> this;
    };
  }

  /**
   * Finds a dtype by its text form.
   *
   * @throws IllegalArgumentException if there is no dtype of that name
   */
  public static DType parse(String text) {
    for (var dtype : values()) {
      if (dtype.text.equals(text)) {
        return dtype;
      }
    }
    throw new IllegalArgumentException(
        "unknown dtype \"" + text + "\": expected one of " + java.util.List.of(values()));
  }

  /** The text form, such as {@code f32}, as it stands in graphs and files. */
  @Override
  public String toString() {
    return text;
  }
}
