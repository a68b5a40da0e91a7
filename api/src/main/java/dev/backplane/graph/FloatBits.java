package dev.backplane.graph;

import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Float16;
import dev.backplane.tensor.Literal;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Elements of literals by their bits: NaNs differ in them, and must read back as they were. */
final class FloatBits {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private FloatBits() {}

  /** The text of a NaN: {@code nan:7fc00000}. */
  static String nan(Literal literal, int index) {
    return "nan:" + Long.toHexString(get(literal.data(), literal.type().dtype(), index));
  }

  private static long get(MemorySegment data, DType dtype, int index) {
    return switch (dtype.bytes()) {
      case 8 -> data.get(LONG, 8L * index);
      case 4 -> Integer.toUnsignedLong(data.get(INT, 4L * index));
      case 2 -> Short.toUnsignedLong(data.get(SHORT, 2L * index));
      default -> throw new IllegalArgumentException(dtype + " is no float");
    };
  }

  /** The bits of a number in a floating dtype. */
  static long of(DType dtype, double value) {
    return switch (dtype) {
      case F64 -> Double.doubleToRawLongBits(value);
      case F32 -> Float.floatToRawIntBits((float) value);
      case BF16 -> BFloat16.bits(value);
      case F16 -> Float16.bits(value);
      case I64, I32, I8, U32, U8, BOOL ->
          throw new IllegalArgumentException(dtype + " is no float");
    };
  }

  /** Sets an element of a value that is being made. */
  static void set(byte[] bytes, DType dtype, int index, long bits) {
    var data = MemorySegment.ofArray(bytes);
    switch (dtype.bytes()) {
      case 8 -> data.set(LONG, 8L * index, bits);
      case 4 -> data.set(INT, 4L * index, (int) bits);
      case 2 -> data.set(SHORT, 2L * index, (short) bits);
      case 1 -> bytes[index] = (byte) bits;
      default -> throw new IllegalArgumentException("no dtype of " + dtype.bytes() + " bytes");
    }
  }
}
