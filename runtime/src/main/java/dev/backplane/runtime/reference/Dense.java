package dev.backplane.runtime.reference;

import dev.backplane.backend.OutOfDeviceMemoryException;
import dev.backplane.tensor.BFloat16;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Float16;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A value inside the interpreter: row-major, floats of every width as doubles and everything else
 * as longs, both exactly. Whoever made a value may fill it; once handed on it does not change.
 */
sealed interface Dense {
  /** The widest element, which is what the interpreter spends on each. */
  int BYTES_PER_ELEMENT = 8;

  ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** The type. */
  TensorType type();

  /** Elements of a floating dtype, each a value of that dtype. */
  record Floats(TensorType type, double[] data) implements Dense {}

  /** Integers within the range of their dtype (unsigned ones not negative), or bools as 0 and 1. */
  record Wholes(TensorType type, long[] data) implements Dense {}

  /** The number of elements. */
  default int size() {
    return switch (this) {
      case Floats floats -> floats.data.length;
      case Wholes wholes -> wholes.data.length;
    };
  }

  /** The elements of a value known to be floating. */
  default double[] doubles() {
    return switch (this) {
      case Floats floats -> floats.data;
      case Wholes wholes -> throw new IllegalStateException(wholes.type + " is not floating");
    };
  }

  /** The elements of a value known not to be floating. */
  default long[] longs() {
    return switch (this) {
      case Wholes wholes -> wholes.data;
      case Floats floats -> throw new IllegalStateException(floats.type + " is floating");
    };
  }

  /** The same elements under another type of the same kind and size. */
  default Dense as(TensorType other) {
    return switch (this) {
      case Floats floats -> new Floats(other, floats.data);
      case Wholes wholes -> new Wholes(other, wholes.data);
    };
  }

  /** A value of zeros. */
  static Dense zeros(TensorType type) {
    long size = type.shape().size();
    if (size > Integer.MAX_VALUE - 8) {
      throw new OutOfDeviceMemoryException(
          "reference: " + type + " has " + size + " elements; an array of the JVM holds 2^31");
    }
    return type.dtype().isFloating()
        ? new Floats(type, new double[(int) size])
        : new Wholes(type, new long[(int) size]);
  }

  /** A value of equal elements, copied from the first of another. */
  static Dense filled(TensorType type, Dense element) {
    var result = zeros(type);
    switch (result) {
      case Floats floats -> java.util.Arrays.fill(floats.data, element.doubles()[0]);
      case Wholes wholes -> java.util.Arrays.fill(wholes.data, element.longs()[0]);
    }
    return result;
  }

  /** Reads dense little-endian memory. */
  static Dense decode(TensorType type, MemorySegment from) {
    var result = zeros(type);
    int size = result.size();
    switch (type.dtype()) {
      case F64 -> {
        var data = result.doubles();
        for (int i = 0; i < size; i++) {
          data[i] = from.getAtIndex(DOUBLE, i);
        }
      }
      case F32 -> {
        var data = result.doubles();
        for (int i = 0; i < size; i++) {
          data[i] = from.getAtIndex(FLOAT, i);
        }
      }
      case BF16 -> {
        var data = result.doubles();
        for (int i = 0; i < size; i++) {
          data[i] = BFloat16.value(from.getAtIndex(SHORT, i));
        }
      }
      case F16 -> {
        var data = result.doubles();
        for (int i = 0; i < size; i++) {
          data[i] = Float16.value(from.getAtIndex(SHORT, i));
        }
      }
      case I64, I32, I8, U32, U8, BOOL -> decodeWholes(type.dtype(), from, result.longs());
    }
    return result;
  }

  private static void decodeWholes(DType dtype, MemorySegment from, long[] data) {
    for (int i = 0; i < data.length; i++) {
      data[i] =
          switch (dtype) {
            case I64 -> from.getAtIndex(LONG, i);
            case I32 -> from.getAtIndex(INT, i);
            case U32 -> Integer.toUnsignedLong(from.getAtIndex(INT, i));
            case I8 -> from.get(ValueLayout.JAVA_BYTE, i);
            case U8 -> from.get(ValueLayout.JAVA_BYTE, i) & 0xff;
            case BOOL -> from.get(ValueLayout.JAVA_BYTE, i) & 1;
            case F64, F32, BF16, F16 -> throw new IllegalStateException(dtype + " is floating");
          };
    }
  }

  /** Writes dense little-endian memory. */
  default void encode(MemorySegment to) {
    switch (this) {
      case Floats floats -> encodeFloats(floats, to);
      case Wholes wholes -> encodeWholes(wholes, to);
    }
  }

  private static void encodeFloats(Floats floats, MemorySegment to) {
    var data = floats.data;
    var dtype = floats.type.dtype();
    for (int i = 0; i < data.length; i++) {
      switch (dtype) {
        case F64 -> to.setAtIndex(DOUBLE, i, data[i]);
        case F32 -> to.setAtIndex(FLOAT, i, (float) data[i]);
        case BF16 -> to.setAtIndex(SHORT, i, BFloat16.bits(data[i]));
        case F16 -> to.setAtIndex(SHORT, i, Float16.bits(data[i]));
        case I64, I32, I8, U32, U8, BOOL ->
            throw new IllegalStateException(dtype + " is not floating");
      }
    }
  }

  private static void encodeWholes(Wholes wholes, MemorySegment to) {
    var data = wholes.data;
    var dtype = wholes.type.dtype();
    for (int i = 0; i < data.length; i++) {
      switch (dtype) {
        case I64 -> to.setAtIndex(LONG, i, data[i]);
        case I32, U32 -> to.setAtIndex(INT, i, (int) data[i]);
        case I8, U8, BOOL -> to.set(ValueLayout.JAVA_BYTE, i, (byte) data[i]);
        case F64, F32, BF16, F16 -> throw new IllegalStateException(dtype + " is floating");
      }
    }
  }

  /** Reads a literal. */
  static Dense of(Literal literal) {
    return decode(literal.type(), literal.data());
  }

  /** This value as a literal. */
  default Literal literal() {
    var bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type().bytes())]);
    encode(bytes);
    return Literal.copyOf(type(), bytes);
  }
}
