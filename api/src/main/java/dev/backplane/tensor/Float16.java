package dev.backplane.tensor;

/** The IEEE 754 binary16 format. */
public final class Float16 {
  private Float16() {}

  /** The nearest binary16, ties to even. */
  public static short bits(float value) {
    return Float.floatToFloat16(value);
  }

  /** The nearest binary16 of a double, rounded once. */
  public static short bits(double value) {
    float rounded = (float) value;
    if (rounded != value && !Double.isNaN(value) && !Float.isInfinite(rounded)) {
      int bits = Float.floatToRawIntBits(rounded);
      boolean away = Math.abs((double) rounded) > Math.abs(value);
      bits = (away ? bits - 1 : bits) | 1;
      rounded = Float.intBitsToFloat(bits);
    }
    return Float.floatToFloat16(rounded);
  }

  /** The value of a binary16, exactly. */
  public static float value(short bits) {
    return Float.float16ToFloat(bits);
  }
}
