package dev.backplane.backend.cpu.contraction;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** The microkernel in plain Java. */
final class ScalarMicrokernel implements Microkernel {
  @Override
  public String form() {
    return "scalar";
  }

  @Override
  public void run(Accumulator type, long strip, long panel, long tile, long k) {
    int columns = PANEL_BYTES / type.bytes();
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < columns; column++) {
        long a = strip + (long) row * type.bytes();
        long b = panel + (long) column * type.bytes();
        long c = tile + (long) row * PANEL_BYTES + (long) column * type.bytes();
        switch (type) {
          case F64 -> f64(a, b, c, k);
          case F32 -> f32(a, b, c, k);
          case I64 -> i64(a, b, c, k);
          case I32 -> i32(a, b, c, k);
        }
      }
    }
  }

  private static void f64(long a, long b, long c, long k) {
    double sum = 0;
    for (long i = 0; i < k; i++) {
      sum =
          Math.fma(
              ALL.get(JAVA_DOUBLE, a + i * ROWS * 8),
              ALL.get(JAVA_DOUBLE, b + i * PANEL_BYTES),
              sum);
    }
    ALL.set(JAVA_DOUBLE, c, sum);
  }

  private static void f32(long a, long b, long c, long k) {
    float sum = 0;
    for (long i = 0; i < k; i++) {
      sum =
          Math.fma(
              ALL.get(JAVA_FLOAT, a + i * ROWS * 4), ALL.get(JAVA_FLOAT, b + i * PANEL_BYTES), sum);
    }
    ALL.set(JAVA_FLOAT, c, sum);
  }

  private static void i64(long a, long b, long c, long k) {
    long sum = 0;
    for (long i = 0; i < k; i++) {
      sum += ALL.get(JAVA_LONG, a + i * ROWS * 8) * ALL.get(JAVA_LONG, b + i * PANEL_BYTES);
    }
    ALL.set(JAVA_LONG, c, sum);
  }

  private static void i32(long a, long b, long c, long k) {
    int sum = 0;
    for (long i = 0; i < k; i++) {
      sum += ALL.get(JAVA_INT, a + i * ROWS * 4) * ALL.get(JAVA_INT, b + i * PANEL_BYTES);
    }
    ALL.set(JAVA_INT, c, sum);
  }

  @Override
  public void gathered(
      Accumulator type, long values, long places, long count, long panel, long tile) {
    int columns = PANEL_BYTES / type.bytes();
    for (int column = 0; column < columns; column++) {
      long b = panel + (long) column * type.bytes();
      long c = tile + (long) column * type.bytes();
      switch (type) {
        case F64 -> {
          double sum = 0;
          for (long i = 0; i < count; i++) {
            long place = b + (long) PANEL_BYTES * ALL.get(JAVA_INT, places + 4 * i);
            sum = Math.fma(ALL.get(JAVA_DOUBLE, values + 8 * i), ALL.get(JAVA_DOUBLE, place), sum);
          }
          ALL.set(JAVA_DOUBLE, c, sum);
        }
        case F32 -> {
          float sum = 0;
          for (long i = 0; i < count; i++) {
            long place = b + (long) PANEL_BYTES * ALL.get(JAVA_INT, places + 4 * i);
            sum = Math.fma(ALL.get(JAVA_FLOAT, values + 4 * i), ALL.get(JAVA_FLOAT, place), sum);
          }
          ALL.set(JAVA_FLOAT, c, sum);
        }
        case I64, I32 -> throw new IllegalArgumentException("integers have no need of it");
      }
    }
  }
}
