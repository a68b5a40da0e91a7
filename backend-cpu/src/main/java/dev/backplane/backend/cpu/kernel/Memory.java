package dev.backplane.backend.cpu.kernel;

import dev.backplane.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Native memory by address, as generated code reads and writes it. Addresses come from {@link
 * Kernel#bind} alone; nothing here can check them.
 */
final class Memory {
  /** All of it. */
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private Memory() {}

  static float loadF32(long address) {
    return ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address);
  }

  static double loadF64(long address) {
    return ALL.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, address);
  }

  static float loadBF16(long address) {
    return Float.intBitsToFloat(ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address) << 16);
  }

  static float loadF16(long address) {
    return Float.float16ToFloat(ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address));
  }

  static long loadI64(long address) {
    return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
  }

  static int loadI32(long address) {
    return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
  }

  static int loadI8(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  static int loadU8(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
  }

  static int loadBOOL(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) != 0 ? 1 : 0;
  }

  static void storeF32(long address, float value) {
    ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address, value);
  }

  static void storeF64(long address, double value) {
    ALL.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, address, value);
  }

  /** The value has been rounded to bfloat16 before. */
  static void storeBF16(long address, float value) {
    ALL.set(
        ValueLayout.JAVA_SHORT_UNALIGNED, address, (short) (Float.floatToRawIntBits(value) >>> 16));
  }

  /** The value has been rounded to binary16 before. */
  static void storeF16(long address, float value) {
    ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, Float.floatToFloat16(value));
  }

  static void storeI64(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
  }

  static void storeI32(long address, int value) {
    ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
  }

  static void storeI8(long address, int value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, (byte) value);
  }

  /** The method's suffix for a dtype: unsigned and truth are stored as their signed twins. */
  static String storeName(DType dtype) {
    return switch (dtype) {
      case F64, F32, BF16, F16, I64, I32, I8 -> "store" + dtype.name();
      case U32 -> "storeI32";
      case U8, BOOL -> "storeI8";
    };
  }

  static String loadName(DType dtype) {
    return switch (dtype) {
      case F64, F32, BF16, F16, I64, I32, I8, U8, BOOL -> "load" + dtype.name();
      case U32 -> "loadI32";
    };
  }
}
