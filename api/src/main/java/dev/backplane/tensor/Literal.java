package dev.backplane.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.IntToDoubleFunction;

/**
 * An immutable value on the host: dense, row-major, little-endian. Literals are the constants of
 * graphs and what {@link Tensor#read()} returns. Equal type and bytes make equal literals.
 */
public final class Literal {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TensorType type;
  private final byte[] bytes;
  private String hash = "";

  private Literal(TensorType type, byte[] bytes) {
    this.type = type;
    this.bytes = bytes;
  }

  /**
   * Copies a dense row-major value.
   *
   * @throws ShapeException if the segment's size is not that of the type
   */
  public static Literal copyOf(TensorType type, MemorySegment data) {
    if (data.byteSize() != type.bytes()) {
      throw new ShapeException(
          "Literal C1: " + type + " has " + type.bytes() + " bytes, found " + data.byteSize());
    }
    if (type.bytes() > Integer.MAX_VALUE - 64) {
      throw new ShapeException("Literal C2: " + type + " passes the 2 GiB of a host literal");
    }
    return new Literal(type, data.toArray(ValueLayout.JAVA_BYTE));
  }

  /** A scalar of the given dtype; converts as {@link #fill} does. */
  public static Literal scalar(DType dtype, double value) {
    return fill(new TensorType(dtype, Shape.scalar()), i -> value);
  }

  /** An integer scalar; exact for i64, wrapped for narrower types. */
  public static Literal scalar(DType dtype, long value) {
    var bytes = new byte[dtype.bytes()];
    store(bytes, dtype, 0, value);
    return new Literal(new TensorType(dtype, Shape.scalar()), bytes);
  }

  /** An f32 vector. */
  public static Literal of(float... values) {
    return of(Shape.of(values.length), values);
  }

  /** An f32 value of the given shape, row-major. */
  public static Literal of(Shape shape, float... values) {
    var type = new TensorType(DType.F32, shape);
    requireCount(type, values.length);
    return copyOf(type, MemorySegment.ofArray(values));
  }

  /** An f64 value of the given shape, row-major. */
  public static Literal of(Shape shape, double... values) {
    var type = new TensorType(DType.F64, shape);
    requireCount(type, values.length);
    return copyOf(type, MemorySegment.ofArray(values));
  }

  /** An i32 value of the given shape, row-major. */
  public static Literal of(Shape shape, int... values) {
    var type = new TensorType(DType.I32, shape);
    requireCount(type, values.length);
    return copyOf(type, MemorySegment.ofArray(values));
  }

  /** An i64 value of the given shape, row-major. */
  public static Literal of(Shape shape, long... values) {
    var type = new TensorType(DType.I64, shape);
    requireCount(type, values.length);
    return copyOf(type, MemorySegment.ofArray(values));
  }

  /**
   * A value whose elements are given by a function of the row-major index, rounded to the dtype: to
   * nearest even for floats, truncated for integers, non-zero is true for bool.
   */
  public static Literal fill(TensorType type, IntToDoubleFunction value) {
    var bytes = new byte[Math.toIntExact(type.bytes())];
    int count = Math.toIntExact(type.shape().size());
    for (int i = 0; i < count; i++) {
      double element = value.applyAsDouble(i);
      if (type.dtype().isFloating()) {
        store(bytes, type.dtype(), i, element);
      } else if (type.dtype() == DType.BOOL) {
        bytes[i] = (byte) (element != 0 ? 1 : 0);
      } else {
        store(bytes, type.dtype(), i, (long) element);
      }
    }
    return new Literal(type, bytes);
  }

  private static void requireCount(TensorType type, int count) {
    if (type.shape().size() != count) {
      throw new ShapeException(
          "Literal C3: " + type + " has " + type.shape().size() + " elements, found " + count);
    }
  }

  private static void store(byte[] bytes, DType dtype, int index, double value) {
    var segment = MemorySegment.ofArray(bytes);
    switch (dtype) {
      case F64 -> segment.set(LONG, 8L * index, Double.doubleToRawLongBits(value));
      case F32 -> segment.set(INT, 4L * index, Float.floatToRawIntBits((float) value));
      case BF16 -> segment.set(SHORT, 2L * index, BFloat16.bits(value));
      case F16 -> segment.set(SHORT, 2L * index, Float16.bits(value));
      case I64, I32, I8, U32, U8, BOOL ->
          throw new IllegalArgumentException(dtype + " is no float");
    }
  }

  private static void store(byte[] bytes, DType dtype, int index, long value) {
    var segment = MemorySegment.ofArray(bytes);
    switch (dtype) {
      case I64 -> segment.set(LONG, 8L * index, value);
      case I32, U32 -> segment.set(INT, 4L * index, (int) value);
      case I8, U8 -> bytes[index] = (byte) value;
      case BOOL -> bytes[index] = (byte) (value != 0 ? 1 : 0);
      case F64, F32, BF16, F16 -> store(bytes, dtype, index, (double) value);
    }
  }

  /** The type of this value. */
  public TensorType type() {
    return type;
  }

  /** The bytes, read-only: dense, row-major, little-endian. */
  public MemorySegment data() {
    return MemorySegment.ofArray(bytes).asReadOnly();
  }

  /**
   * One element as a double: exact for all dtypes but large i64; bool is 0 or 1, unsigned types are
   * not negative.
   *
   * @param index the row-major index
   */
  public double doubleAt(int index) {
    var segment = MemorySegment.ofArray(bytes);
    return switch (type.dtype()) {
      case F64 -> Double.longBitsToDouble(segment.get(LONG, 8L * index));
      case F32 -> Float.intBitsToFloat(segment.get(INT, 4L * index));
      case BF16 -> BFloat16.value(segment.get(SHORT, 2L * index));
      case F16 -> Float16.value(segment.get(SHORT, 2L * index));
      case I64, I32, I8, U32, U8, BOOL -> longAt(index);
    };
  }

  /**
   * One element as a long: exact for integers and bool, truncated for floats.
   *
   * @param index the row-major index
   */
  public long longAt(int index) {
    var segment = MemorySegment.ofArray(bytes);
    return switch (type.dtype()) {
      case I64 -> segment.get(LONG, 8L * index);
      case I32 -> segment.get(INT, 4L * index);
      case U32 -> Integer.toUnsignedLong(segment.get(INT, 4L * index));
      case I8 -> bytes[index];
      case U8 -> bytes[index] & 0xff;
      case BOOL -> bytes[index] & 1;
      case F64, F32, BF16, F16 -> (long) doubleAt(index);
    };
  }

  /** The only element of a value of size 1. */
  public double toDouble() {
    requireCount(type, 1);
    return doubleAt(0);
  }

  /** All elements as doubles, row-major. */
  public double[] toDoubles() {
    var values = new double[Math.toIntExact(type.shape().size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = doubleAt(i);
    }
    return values;
  }

  /** All elements as floats, row-major; rounds f64 and wide integers. */
  public float[] toFloats() {
    var values = new float[Math.toIntExact(type.shape().size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) doubleAt(i);
    }
    return values;
  }

  /** All elements as longs, row-major; truncates floats. */
  public long[] toLongs() {
    var values = new long[Math.toIntExact(type.shape().size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = longAt(i);
    }
    return values;
  }

  /** The row-major index of the largest element of the whole value; the first one of equals. */
  public int argMax() {
    var values = toDoubles();
    if (values.length == 0) {
      throw new ShapeException("Literal C4: argMax of a value without elements: " + type);
    }
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Whether all elements have the same bits. False for a value without elements. */
  public boolean isSplat() {
    int width = type.dtype().bytes();
    for (int i = width; i < bytes.length; i++) {
      if (bytes[i] != bytes[i - width]) {
        return false;
      }
    }
    return bytes.length > 0;
  }

  /** SHA-256 over the text of the type and the bytes, in hex. */
  public synchronized String hash() {
    if (hash.isEmpty()) {
      try {
        var digest = MessageDigest.getInstance("SHA-256");
        digest.update(type.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        hash = HexFormat.of().formatHex(digest.digest(bytes));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Literal that
        && type.equals(that.type)
        && java.util.Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * type.hashCode() + java.util.Arrays.hashCode(bytes);
  }

  /** The type and up to eight elements. */
  @Override
  public String toString() {
    var text = new StringBuilder(type.toString()).append(" {");
    int count = Math.toIntExact(Math.min(8, type.shape().size()));
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ", ");
      if (type.dtype().isFloating()) {
        text.append(doubleAt(i));
      } else {
        text.append(longAt(i));
      }
    }
    return text.append(type.shape().size() > count ? ", …}" : "}").toString();
  }
}
