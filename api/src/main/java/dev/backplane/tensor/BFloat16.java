package dev.backplane.tensor;

/** The bfloat16 format: the upper half of an IEEE binary32. */
public final class BFloat16 {
  private BFloat16() {}

  /** The nearest bfloat16, ties to even; NaN becomes the quiet NaN 0x7fc0 with its sign. */
  public static short bits(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 & 0x8000 | 0x7fc0);
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }

  /**
   * The nearest bfloat16 of a double, rounded once. A plain cast to float first could round twice.
   */
  public static short bits(double value) {
    float rounded = (float) value;
    if (rounded != value && !Double.isNaN(value) && !Float.isInfinite(rounded)) {
      // Round to odd: the sticky bit makes the second rounding decide as if it saw the double.
      int bits = Float.floatToRawIntBits(rounded);
      boolean away = Math.abs((double) rounded) > Math.abs(value);
      bits = (away ? bits - 1 : bits) | 1;
      rounded = Float.intBitsToFloat(bits);
    }
    return bits(rounded);
  }

  /** The value of a bfloat16, exactly. */
  public static float value(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }
}
