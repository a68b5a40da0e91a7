package dev.backplane.runtime.reference;

import static dev.backplane.runtime.reference.Golden.counting;
import static dev.backplane.runtime.reference.Golden.floats;
import static dev.backplane.runtime.reference.Golden.gives;
import static dev.backplane.runtime.reference.Golden.givesLongs;
import static dev.backplane.runtime.reference.Golden.run;
import static dev.backplane.runtime.reference.Golden.wholes;
import static dev.backplane.tensor.DType.BF16;
import static dev.backplane.tensor.DType.F16;
import static dev.backplane.tensor.DType.F32;
import static dev.backplane.tensor.DType.F64;
import static dev.backplane.tensor.DType.I32;
import static dev.backplane.tensor.DType.I64;
import static dev.backplane.tensor.DType.I8;
import static dev.backplane.tensor.DType.U8;

import dev.backplane.op.Convolution;
import dev.backplane.op.Convolution.Layout;
import dev.backplane.op.Dot;
import dev.backplane.op.Precision;
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractionTest {
  @Test
  void theProductOfMatrices() {
    gives(
        run(Dot.matmul(F32), counting(F32, 2, 3), counting(F32, 3, 2)),
        Shape.of(2, 2),
        10,
        13,
        28,
        40);
    gives(run(Dot.matmul(F64), counting(F64, 2, 0), counting(F64, 0, 1)), Shape.of(2, 1), 0, 0);
    gives(run(Dot.matmul(F64), counting(F64, 0, 3), counting(F64, 3, 2)), Shape.of(0, 2));
  }

  @Test
  void batchAxesComeFirstThenTheLeftThenTheRight() {
    // left [contract 2, batch 2, free 1], right [free 2, contract 2, batch 2]
    var dot = new Dot(List.of(1), List.of(2), List.of(0), List.of(1), I32, Precision.FULL);
    var left = wholes(I32, Shape.of(2, 2, 1), 1, 2, 3, 4); // [k][b]: 1 2 / 3 4
    var right = wholes(I32, Shape.of(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8); // [n][k][b]
    // b=0: k = (1, 3); n=0: 1·1 + 3·3 = 10; n=1: 1·5 + 3·7 = 26. b=1: k = (2, 4): 20, 44.
    gives(run(dot, left, right), Shape.of(2, 1, 2), 10, 26, 20, 44);
  }

  @Test
  void theInnerProductAndTheOuter() {
    var inner = new Dot(List.of(), List.of(), List.of(0), List.of(0), F32, Precision.FULL);
    gives(run(inner, floats(F32, 1, 2), floats(F32, 3, 4)), Shape.scalar(), 11);
    var outer = new Dot(List.of(), List.of(), List.of(), List.of(), F32, Precision.BF16);
    gives(run(outer, floats(F32, 1, 2), floats(F32, 3, 4)), Shape.of(2, 2), 3, 4, 6, 8);
  }

  @Test
  void lowPrecisionAddsUpExactlyAndRoundsOnce() {
    var inner = new Dot(List.of(), List.of(), List.of(0), List.of(0), BF16, Precision.FULL);
    gives(run(inner, floats(BF16, 256, 1, 1), floats(BF16, 1, 1, 1)), Shape.scalar(), 258);
    var wide = new Dot(List.of(), List.of(), List.of(0), List.of(0), F32, Precision.FULL);
    gives(run(wide, floats(F16, 60000, 60000), floats(F16, 2, 2)), Shape.scalar(), 240000);
  }

  @Test
  void integersWrapOrWiden() {
    var narrow = new Dot(List.of(), List.of(), List.of(0), List.of(0), I8, Precision.FULL);
    var x = wholes(I8, 100, 100);
    gives(run(narrow, x, x), Shape.scalar(), (byte) 20000);
    var wide = new Dot(List.of(), List.of(), List.of(0), List.of(0), I32, Precision.FULL);
    gives(run(wide, x, x), Shape.scalar(), 20000);
    gives(run(wide, wholes(U8, 255), wholes(U8, 255)), Shape.scalar(), 65025);
    var longs = new Dot(List.of(), List.of(), List.of(0), List.of(0), I64, Precision.FULL);
    givesLongs(run(longs, wholes(I64, Long.MAX_VALUE), wholes(I64, 2)), -2);
  }

  private static Convolution convolution(
      DType dtype, int featureGroups, int batchGroups, Window... windows) {
    int spatial = windows.length;
    return new Convolution(
        List.of(windows),
        Layout.channelsLast(spatial),
        Layout.kernelLast(spatial),
        Layout.channelsLast(spatial),
        featureGroups,
        batchGroups,
        dtype,
        Precision.FULL);
  }

  @Test
  void aKernelSlidesWithoutBeingTurned() {
    var x = floats(F32, Shape.of(1, 4, 1), 1, 2, 3, 4);
    var k = floats(F32, Shape.of(2, 1, 1), 10, 1);
    gives(run(convolution(F32, 1, 1, Window.of(2, 1)), x, k), Shape.of(1, 3, 1), 12, 23, 34);
    gives(run(convolution(F32, 1, 1, Window.of(2, 2)), x, k), Shape.of(1, 2, 1), 12, 34);
    gives(
        run(convolution(F32, 1, 1, Window.of(2, 1, 1, 1)), x, k),
        Shape.of(1, 5, 1),
        1,
        12,
        23,
        34,
        40);
    gives(run(convolution(F32, 1, 1, Window.of(2, 1, -1, -1)), x, k), Shape.of(1, 1, 1), 23);
  }

  @Test
  void dilationSpreadsTheInputOrTheKernel() {
    var x = floats(F32, Shape.of(1, 3, 1), 1, 2, 3);
    var k = floats(F32, Shape.of(2, 1, 1), 10, 1);
    // input becomes 1 0 2 0 3
    gives(
        run(convolution(F32, 1, 1, new Window(2, 1, 0, 0, 2, 1)), x, k),
        Shape.of(1, 4, 1),
        10,
        2,
        20,
        3);
    // kernel becomes 10 0 1
    gives(run(convolution(F32, 1, 1, new Window(2, 1, 0, 0, 1, 2)), x, k), Shape.of(1, 1, 1), 13);
  }

  @Test
  void twoSpatialAxesAndChannels() {
    // 2×2 picture of 2 channels, kernel 2×2, 2 → 1: the sum of products.
    var x = counting(F64, 1, 2, 2, 2);
    var k = counting(F64, 2, 2, 2, 1);
    gives(
        run(convolution(F64, 1, 1, Window.of(2, 1), Window.of(2, 1)), x, k),
        Shape.of(1, 1, 1, 1),
        0 + 1 + 4 + 9 + 16 + 25 + 36 + 49);
  }

  @Test
  void featureGroupsSeeTheirOwnChannels() {
    var x = floats(F32, Shape.of(1, 1, 2), 3, 5);
    var k = floats(F32, Shape.of(1, 1, 4), 1, 10, 100, 1000);
    gives(run(convolution(F32, 2, 1, Window.of(1, 1)), x, k), Shape.of(1, 1, 4), 3, 30, 500, 5000);
  }

  @Test
  void batchGroupsMeetTheirOwnOutputFeatures() {
    var x = floats(F32, Shape.of(2, 1, 1), 3, 5);
    var k = floats(F32, Shape.of(1, 1, 4), 1, 10, 100, 1000);
    gives(run(convolution(F32, 1, 2, Window.of(1, 1)), x, k), Shape.of(1, 1, 4), 3, 30, 500, 5000);
  }

  @Test
  void layoutsNameTheAxes() {
    // input [spatial, feature, batch], kernel [out, in, spatial], output [feature, batch, spatial]
    var op =
        new Convolution(
            List.of(Window.of(2, 1)),
            new Layout(2, 1, List.of(0)),
            Layout.channelsFirst(1),
            new Layout(1, 0, List.of(2)),
            1,
            1,
            I32,
            Precision.FULL);
    var x = wholes(I32, Shape.of(3, 1, 2), 1, 4, 2, 5, 3, 6); // batch 0: 1 2 3, batch 1: 4 5 6
    var k = wholes(I32, Shape.of(2, 1, 2), 1, 0, 0, 1); // first tap, second tap
    gives(run(op, x, k), Shape.of(2, 2, 2), 1, 2, 4, 5, 2, 3, 5, 6);
  }
}
