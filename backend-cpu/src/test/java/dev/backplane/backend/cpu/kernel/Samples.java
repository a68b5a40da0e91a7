package dev.backplane.backend.cpu.kernel;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.Random;

/** Values to try: ordinary ones and, every few elements, one at an edge. */
final class Samples {
  private static final double[] EDGES = {
    0.0,
    -0.0,
    1,
    -1,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    0.5,
    -2.5,
    88.7,
    -103.5,
    1e-20,
    0x1p23,
    0x1p31,
    0x1p32,
    -0x1p31,
    3e9
  };

  private Samples() {}

  static Literal any(TensorType type, Random random) {
    return Literal.fill(type, i -> element(type.dtype(), random));
  }

  static Literal ordinary(TensorType type, Random random) {
    return Literal.fill(
        type,
        i ->
            type.dtype().isFloating()
                ? random.nextGaussian()
                : type.dtype() == DType.BOOL ? random.nextInt(2) : random.nextInt(10));
  }

  private static double element(DType dtype, Random random) {
    if (dtype.isFloating()) {
      return switch (random.nextInt(4)) {
        case 0 -> EDGES[random.nextInt(EDGES.length)];
        case 1 -> Float.intBitsToFloat(random.nextInt());
        default -> random.nextGaussian() * 3;
      };
    }
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(-3, 40);
      case 1 -> dtype == DType.BOOL ? 0 : Integer.MIN_VALUE + random.nextInt(2);
      case 2 -> dtype == DType.BOOL ? 1 : Integer.MAX_VALUE;
      default -> dtype == DType.BOOL ? random.nextInt(2) : random.nextInt();
    };
  }
}
