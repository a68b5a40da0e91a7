package dev.backplane.runtime.reference;

import static dev.backplane.runtime.reference.Golden.bools;
import static dev.backplane.runtime.reference.Golden.floats;
import static dev.backplane.runtime.reference.Golden.gives;
import static dev.backplane.runtime.reference.Golden.givesLongs;
import static dev.backplane.runtime.reference.Golden.run;
import static dev.backplane.runtime.reference.Golden.wholes;
import static dev.backplane.tensor.DType.BF16;
import static dev.backplane.tensor.DType.BOOL;
import static dev.backplane.tensor.DType.F16;
import static dev.backplane.tensor.DType.F32;
import static dev.backplane.tensor.DType.F64;
import static dev.backplane.tensor.DType.I32;
import static dev.backplane.tensor.DType.I64;
import static dev.backplane.tensor.DType.I8;
import static dev.backplane.tensor.DType.U32;
import static dev.backplane.tensor.DType.U8;

import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Convert;
import org.junit.jupiter.api.Test;

class ConversionTest {
  private static final double INF = Double.POSITIVE_INFINITY;

  @Test
  void floatsSaturateToIntegersAndNaNIsZero() {
    var x = floats(F64, 1e30, -1e30, Double.NaN, -1.9, 1.9, INF, -INF);
    givesLongs(run(new Convert(I8), x), 127, -128, 0, -1, 1, 127, -128);
    givesLongs(run(new Convert(U8), x), 255, 0, 0, 0, 1, 255, 0);
    givesLongs(
        run(new Convert(I32), x),
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0,
        -1,
        1,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE);
    givesLongs(run(new Convert(U32), x), 0xffffffffL, 0, 0, 0, 1, 0xffffffffL, 0);
    givesLongs(
        run(new Convert(I64), x),
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        0,
        -1,
        1,
        Long.MAX_VALUE,
        Long.MIN_VALUE);
  }

  @Test
  void integersWrapToNarrowerOnes() {
    givesLongs(run(new Convert(I8), wholes(I32, 128, 300, -129)), -128, 44, 127);
    givesLongs(run(new Convert(U32), wholes(I64, -1, 1L << 32)), 0xffffffffL, 0);
    givesLongs(run(new Convert(I64), wholes(U32, 0xffffffffL)), 0xffffffffL);
    givesLongs(run(new Convert(I32), wholes(U32, 0xffffffffL)), -1);
  }

  @Test
  void truthIsNotZero() {
    givesLongs(run(new Convert(BOOL), floats(F32, 0, -0.0, 0.1, Double.NaN)), 0, 0, 1, 1);
    givesLongs(run(new Convert(BOOL), wholes(I32, 256, 0)), 1, 0);
    gives(run(new Convert(BF16), bools(true, false)), 1, 0);
    givesLongs(run(new Convert(U8), bools(true, false)), 1, 0);
  }

  @Test
  void floatsRoundOnceTiesToEven() {
    gives(
        run(new Convert(F16), floats(F64, 2049, 2051, 65520, 65519, 1e-10)),
        2048,
        2052,
        INF,
        65504,
        0);
    // 1 + 2^-8 + 2^-40 lies above the tie of bf16, but would round to the tie in f32 first.
    gives(run(new Convert(BF16), floats(F64, 1 + 0x1p-8 + 0x1p-40, 1 + 0x1p-8)), 1 + 0x1p-7, 1);
    gives(run(new Convert(F32), floats(F64, 1 + 0x1p-24, 1 + 0x1p-23 + 0x1p-24)), 1, 1 + 0x1p-22);
  }

  @Test
  void bigIntegersRoundOnce() {
    gives(run(new Convert(F64), wholes(I64, (1L << 53) + 1, Long.MAX_VALUE)), 0x1p53, 0x1p63);
    // Above the tie between 2^62 and its bf16 neighbour 2^62 + 2^55 by one.
    long tie = (1L << 62) + (1L << 54);
    gives(
        run(new Convert(BF16), wholes(I64, tie, tie + 1, -tie - 1)),
        0x1p62,
        0x1p62 + 0x1p55,
        -0x1p62 - 0x1p55);
    long single = (1L << 62) + (1L << 38);
    gives(run(new Convert(F32), wholes(I64, single, single + 1)), 0x1p62, 0x1p62 + 0x1p39);
    gives(run(new Convert(F16), wholes(I64, 2049, Long.MAX_VALUE)), 2048, INF);
  }

  @Test
  void bitsAreReadAsAnotherDtype() {
    givesLongs(run(new BitcastConvert(I32), floats(F32, 1, -0.0)), 0x3f800000, 0x80000000);
    gives(run(new BitcastConvert(F32), wholes(U32, 0x40490fdbL)), (float) Math.PI);
    givesLongs(run(new BitcastConvert(I64), floats(F64, -2)), 0xc000000000000000L);
    gives(run(new BitcastConvert(BF16), floats(F16, 1.0)), 0.0078125);
    givesLongs(run(new BitcastConvert(I8), wholes(U8, 200)), -56);
  }
}
