package dev.backplane.backend.cpu.contraction;

import static dev.backplane.backend.cpu.internal.Libc.ALL;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The microkernel by the Vector API: two vectors of columns at a time for four rows, eight sums in
 * registers. No other class mentions the API, so that a JVM without the module never asks for it.
 */
final class VectorMicrokernel implements Microkernel {
  private static final VectorSpecies<Double> F64 = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Long> I64 = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;

  @Override
  public String form() {
    return "vector" + F32.vectorBitSize();
  }

  @Override
  public void run(Accumulator type, long strip, long panel, long tile, long k) {
    switch (type) {
      case F64 -> f64(strip, panel, tile, k);
      case F32 -> f32(strip, panel, tile, k);
      case I64 -> i64(strip, panel, tile, k);
      case I32 -> i32(strip, panel, tile, k);
    }
  }

  private static void f64(long strip, long panel, long tile, long k) {
    int step = F64.vectorByteSize();
    for (long at = 0; at < PANEL_BYTES; at += 2L * step) {
      f64(strip, panel + at, tile + at, k, step);
    }
  }

  private static void f64(long strip, long panel, long tile, long k, int step) {
    var zero = DoubleVector.zero(F64);
    var s00 = zero;
    var s01 = zero;
    var s10 = zero;
    var s11 = zero;
    var s20 = zero;
    var s21 = zero;
    var s30 = zero;
    var s31 = zero;
    for (long i = 0; i < k; i++) {
      long a = strip + i * ROWS * 8;
      long b = panel + i * PANEL_BYTES;
      var b0 = DoubleVector.fromMemorySegment(F64, ALL, b, LITTLE_ENDIAN);
      var b1 = DoubleVector.fromMemorySegment(F64, ALL, b + step, LITTLE_ENDIAN);
      var a0 = DoubleVector.broadcast(F64, ALL.get(JAVA_DOUBLE, a + 0));
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      var a1 = DoubleVector.broadcast(F64, ALL.get(JAVA_DOUBLE, a + 8));
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      var a2 = DoubleVector.broadcast(F64, ALL.get(JAVA_DOUBLE, a + 16));
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      var a3 = DoubleVector.broadcast(F64, ALL.get(JAVA_DOUBLE, a + 24));
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
    }
    s00.intoMemorySegment(ALL, tile, LITTLE_ENDIAN);
    s01.intoMemorySegment(ALL, tile + step, LITTLE_ENDIAN);
    s10.intoMemorySegment(ALL, tile + PANEL_BYTES, LITTLE_ENDIAN);
    s11.intoMemorySegment(ALL, tile + PANEL_BYTES + step, LITTLE_ENDIAN);
    s20.intoMemorySegment(ALL, tile + 2 * PANEL_BYTES, LITTLE_ENDIAN);
    s21.intoMemorySegment(ALL, tile + 2 * PANEL_BYTES + step, LITTLE_ENDIAN);
    s30.intoMemorySegment(ALL, tile + 3 * PANEL_BYTES, LITTLE_ENDIAN);
    s31.intoMemorySegment(ALL, tile + 3 * PANEL_BYTES + step, LITTLE_ENDIAN);
  }

  private static void f32(long strip, long panel, long tile, long k) {
    int step = F32.vectorByteSize();
    for (long at = 0; at < PANEL_BYTES; at += 2L * step) {
      f32(strip, panel + at, tile + at, k, step);
    }
  }

  private static void f32(long strip, long panel, long tile, long k, int step) {
    var zero = FloatVector.zero(F32);
    var s00 = zero;
    var s01 = zero;
    var s10 = zero;
    var s11 = zero;
    var s20 = zero;
    var s21 = zero;
    var s30 = zero;
    var s31 = zero;
    for (long i = 0; i < k; i++) {
      long a = strip + i * ROWS * 4;
      long b = panel + i * PANEL_BYTES;
      var b0 = FloatVector.fromMemorySegment(F32, ALL, b, LITTLE_ENDIAN);
      var b1 = FloatVector.fromMemorySegment(F32, ALL, b + step, LITTLE_ENDIAN);
      var a0 = FloatVector.broadcast(F32, ALL.get(JAVA_FLOAT, a + 0));
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      var a1 = FloatVector.broadcast(F32, ALL.get(JAVA_FLOAT, a + 4));
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      var a2 = FloatVector.broadcast(F32, ALL.get(JAVA_FLOAT, a + 8));
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      var a3 = FloatVector.broadcast(F32, ALL.get(JAVA_FLOAT, a + 12));
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
    }
    s00.intoMemorySegment(ALL, tile, LITTLE_ENDIAN);
    s01.intoMemorySegment(ALL, tile + step, LITTLE_ENDIAN);
    s10.intoMemorySegment(ALL, tile + PANEL_BYTES, LITTLE_ENDIAN);
    s11.intoMemorySegment(ALL, tile + PANEL_BYTES + step, LITTLE_ENDIAN);
    s20.intoMemorySegment(ALL, tile + 2 * PANEL_BYTES, LITTLE_ENDIAN);
    s21.intoMemorySegment(ALL, tile + 2 * PANEL_BYTES + step, LITTLE_ENDIAN);
    s30.intoMemorySegment(ALL, tile + 3 * PANEL_BYTES, LITTLE_ENDIAN);
    s31.intoMemorySegment(ALL, tile + 3 * PANEL_BYTES + step, LITTLE_ENDIAN);
  }

  private static void i64(long strip, long panel, long tile, long k) {
    int step = I64.vectorByteSize();
    for (long at = 0; at < PANEL_BYTES; at += 2L * step) {
      i64(strip, panel + at, tile + at, k, step);
    }
  }

  private static void i64(long strip, long panel, long tile, long k, int step) {
    var zero = LongVector.zero(I64);
    var s00 = zero;
    var s01 = zero;
    var s10 = zero;
    var s11 = zero;
    var s20 = zero;
    var s21 = zero;
    var s30 = zero;
    var s31 = zero;
    for (long i = 0; i < k; i++) {
      long a = strip + i * ROWS * 8;
      long b = panel + i * PANEL_BYTES;
      var b0 = LongVector.fromMemorySegment(I64, ALL, b, LITTLE_ENDIAN);
      var b1 = LongVector.fromMemorySegment(I64, ALL, b + step, LITTLE_ENDIAN);
      var a0 = LongVector.broadcast(I64, ALL.get(JAVA_LONG, a + 0));
      s00 = a0.mul(b0).add(s00);
      s01 = a0.mul(b1).add(s01);
      var a1 = LongVector.broadcast(I64, ALL.get(JAVA_LONG, a + 8));
      s10 = a1.mul(b0).add(s10);
      s11 = a1.mul(b1).add(s11);
      var a2 = LongVector.broadcast(I64, ALL.get(JAVA_LONG, a + 16));
      s20 = a2.mul(b0).add(s20);
      s21 = a2.mul(b1).add(s21);
      var a3 = LongVector.broadcast(I64, ALL.get(JAVA_LONG, a + 24));
      s30 = a3.mul(b0).add(s30);
      s31 = a3.mul(b1).add(s31);
    }
    s00.intoMemorySegment(ALL, tile, LITTLE_ENDIAN);
    s01.intoMemorySegment(ALL, tile + step, LITTLE_ENDIAN);
    s10.intoMemorySegment(ALL, tile + PANEL_BYTES, LITTLE_ENDIAN);
    s11.intoMemorySegment(ALL, tile + PANEL_BYTES + step, LITTLE_ENDIAN);
    s20.intoMemorySegment(ALL, tile + 2 * PANEL_BYTES, LITTLE_ENDIAN);
    s21.intoMemorySegment(ALL, tile + 2 * PANEL_BYTES + step, LITTLE_ENDIAN);
    s30.intoMemorySegment(ALL, tile + 3 * PANEL_BYTES, LITTLE_ENDIAN);
    s31.intoMemorySegment(ALL, tile + 3 * PANEL_BYTES + step, LITTLE_ENDIAN);
  }

  private static void i32(long strip, long panel, long tile, long k) {
    int step = I32.vectorByteSize();
    for (long at = 0; at < PANEL_BYTES; at += 2L * step) {
      i32(strip, panel + at, tile + at, k, step);
    }
  }

  private static void i32(long strip, long panel, long tile, long k, int step) {
    var zero = IntVector.zero(I32);
    var s00 = zero;
    var s01 = zero;
    var s10 = zero;
    var s11 = zero;
    var s20 = zero;
    var s21 = zero;
    var s30 = zero;
    var s31 = zero;
    for (long i = 0; i < k; i++) {
      long a = strip + i * ROWS * 4;
      long b = panel + i * PANEL_BYTES;
      var b0 = IntVector.fromMemorySegment(I32, ALL, b, LITTLE_ENDIAN);
      var b1 = IntVector.fromMemorySegment(I32, ALL, b + step, LITTLE_ENDIAN);
      var a0 = IntVector.broadcast(I32, ALL.get(JAVA_INT, a + 0));
      s00 = a0.mul(b0).add(s00);
      s01 = a0.mul(b1).add(s01);
      var a1 = IntVector.broadcast(I32, ALL.get(JAVA_INT, a + 4));
      s10 = a1.mul(b0).add(s10);
      s11 = a1.mul(b1).add(s11);
      var a2 = IntVector.broadcast(I32, ALL.get(JAVA_INT, a + 8));
      s20 = a2.mul(b0).add(s20);
      s21 = a2.mul(b1).add(s21);
      var a3 = IntVector.broadcast(I32, ALL.get(JAVA_INT, a + 12));
      s30 = a3.mul(b0).add(s30);
      s31 = a3.mul(b1).add(s31);
    }
    s00.intoMemorySegment(ALL, tile, LITTLE_ENDIAN);
    s01.intoMemorySegment(ALL, tile + step, LITTLE_ENDIAN);
    s10.intoMemorySegment(ALL, tile + PANEL_BYTES, LITTLE_ENDIAN);
    s11.intoMemorySegment(ALL, tile + PANEL_BYTES + step, LITTLE_ENDIAN);
    s20.intoMemorySegment(ALL, tile + 2 * PANEL_BYTES, LITTLE_ENDIAN);
    s21.intoMemorySegment(ALL, tile + 2 * PANEL_BYTES + step, LITTLE_ENDIAN);
    s30.intoMemorySegment(ALL, tile + 3 * PANEL_BYTES, LITTLE_ENDIAN);
    s31.intoMemorySegment(ALL, tile + 3 * PANEL_BYTES + step, LITTLE_ENDIAN);
  }

  @Override
  public void gathered(
      Accumulator type, long values, long places, long count, long panel, long tile) {
    switch (type) {
      case F64 -> gatheredF64(values, places, count, panel, tile);
      case F32 -> gatheredF32(values, places, count, panel, tile);
      case I64, I32 -> throw new IllegalArgumentException("integers have no need of it");
    }
  }

  private static void gatheredF64(long values, long places, long count, long panel, long tile) {
    for (long at = 0; at < PANEL_BYTES; at += F64.vectorByteSize()) {
      var sum = DoubleVector.zero(F64);
      for (long i = 0; i < count; i++) {
        long place = panel + at + (long) PANEL_BYTES * ALL.get(JAVA_INT, places + 4 * i);
        var b = DoubleVector.fromMemorySegment(F64, ALL, place, LITTLE_ENDIAN);
        sum = DoubleVector.broadcast(F64, ALL.get(JAVA_DOUBLE, values + 8 * i)).fma(b, sum);
      }
      sum.intoMemorySegment(ALL, tile + at, LITTLE_ENDIAN);
    }
  }

  private static void gatheredF32(long values, long places, long count, long panel, long tile) {
    for (long at = 0; at < PANEL_BYTES; at += F32.vectorByteSize()) {
      var sum = FloatVector.zero(F32);
      for (long i = 0; i < count; i++) {
        long place = panel + at + (long) PANEL_BYTES * ALL.get(JAVA_INT, places + 4 * i);
        var b = FloatVector.fromMemorySegment(F32, ALL, place, LITTLE_ENDIAN);
        sum = FloatVector.broadcast(F32, ALL.get(JAVA_FLOAT, values + 4 * i)).fma(b, sum);
      }
      sum.intoMemorySegment(ALL, tile + at, LITTLE_ENDIAN);
    }
  }
}
