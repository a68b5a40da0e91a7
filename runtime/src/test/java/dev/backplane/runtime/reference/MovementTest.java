package dev.backplane.runtime.reference;

import static dev.backplane.runtime.reference.Golden.counting;
import static dev.backplane.runtime.reference.Golden.floats;
import static dev.backplane.runtime.reference.Golden.gives;
import static dev.backplane.runtime.reference.Golden.run;
import static dev.backplane.runtime.reference.Golden.wholes;
import static dev.backplane.tensor.DType.F32;
import static dev.backplane.tensor.DType.I32;
import static dev.backplane.tensor.DType.I64;
import static dev.backplane.tensor.DType.U8;

import dev.backplane.op.Broadcast;
import dev.backplane.op.Concatenate;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Pad;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class MovementTest {
  private static Literal index(long value) {
    return wholes(I64, Shape.scalar(), value);
  }

  @Test
  void broadcastRepeatsNewAxesAndAxesOfOne() {
    var row = floats(F32, 1, 2);
    gives(run(new Broadcast(Shape.of(2, 2), List.of(1)), row), Shape.of(2, 2), 1, 2, 1, 2);
    gives(run(new Broadcast(Shape.of(2, 2), List.of(0)), row), Shape.of(2, 2), 1, 1, 2, 2);
    var column = floats(F32, Shape.of(2, 1), 3, 4);
    gives(
        run(new Broadcast(Shape.of(2, 3), List.of(0, 1)), column),
        Shape.of(2, 3),
        3,
        3,
        3,
        4,
        4,
        4);
    gives(run(new Broadcast(Shape.of(0, 2), List.of(1)), row), Shape.of(0, 2));
    gives(run(new Broadcast(Shape.of(2), List.of()), floats(F32, Shape.scalar(), 5)), 5, 5);
  }

  @Test
  void reshapeKeepsTheRowMajorOrder() {
    gives(run(new Reshape(Shape.of(3, 2)), counting(I32, 2, 3)), Shape.of(3, 2), 0, 1, 2, 3, 4, 5);
    gives(run(new Reshape(Shape.scalar()), counting(I32, 1, 1)), Shape.scalar(), 0);
  }

  @Test
  void transposeTakesTheOperandsAxes() {
    gives(run(new Transpose(List.of(1, 0)), counting(F32, 2, 3)), Shape.of(3, 2), 0, 3, 1, 4, 2, 5);
    gives(
        run(new Transpose(List.of(2, 0, 1)), counting(U8, 2, 2, 3)),
        Shape.of(3, 2, 2),
        0,
        3,
        6,
        9,
        1,
        4,
        7,
        10,
        2,
        5,
        8,
        11);
  }

  @Test
  void sliceStepsBelowItsLimit() {
    gives(
        run(new Slice(List.of(0, 1), List.of(3, 4), List.of(2, 2)), counting(F32, 3, 4)),
        Shape.of(2, 2),
        1,
        3,
        9,
        11);
    gives(run(new Slice(List.of(2), List.of(2), List.of(1)), counting(F32, 5)), Shape.of(0));
  }

  @Test
  void padPutsValuesAroundAndBetween() {
    var value = floats(F32, Shape.scalar(), 9);
    var x = counting(F32, 3);
    gives(run(new Pad(List.of(1), List.of(2), List.of(1)), x, value), 9, 0, 9, 1, 9, 2, 9, 9);
    gives(run(new Pad(List.of(-1), List.of(-1), List.of(0)), x, value), 1);
    gives(run(new Pad(List.of(-1), List.of(0), List.of(1)), x, value), 9, 1, 9, 2);
    gives(run(new Pad(List.of(-2), List.of(-1), List.of(1)), x, value), 1, 9);
    gives(run(new Pad(List.of(0), List.of(-2), List.of(1)), x, value), 0, 9, 1);
    gives(run(new Pad(List.of(2), List.of(-4), List.of(0)), x, value), 9);
    gives(run(new Pad(List.of(-4), List.of(2), List.of(0)), x, value), 9);
    gives(run(new Pad(List.of(-5), List.of(3), List.of(1)), x, value), 9, 9, 9);
    gives(run(new Pad(List.of(1), List.of(1), List.of(4)), counting(F32, 0), value), 9, 9);
    gives(
        run(new Pad(List.of(0, 1), List.of(1, 0), List.of(0, 0)), counting(F32, 1, 2), value),
        Shape.of(2, 3),
        9,
        0,
        1,
        9,
        9,
        9);
  }

  @Test
  void concatenatePutsOneBehindTheOther() {
    gives(
        run(new Concatenate(1), counting(I32, 2, 1), counting(I32, 2, 0), counting(I32, 2, 2)),
        Shape.of(2, 3),
        0,
        0,
        1,
        1,
        2,
        3);
    gives(run(new Concatenate(0), counting(F32, 2)), 0, 1);
  }

  @Test
  void reverseTurnsAxesRound() {
    gives(run(new Reverse(List.of(1)), counting(F32, 2, 3)), Shape.of(2, 3), 2, 1, 0, 5, 4, 3);
    gives(run(new Reverse(List.of(0, 1)), counting(F32, 2, 2)), Shape.of(2, 2), 3, 2, 1, 0);
    gives(run(new Reverse(List.of(0)), counting(F32, 0, 2)), Shape.of(0, 2));
  }

  @Test
  void dynamicStartsAreClamped() {
    var x = counting(F32, 5);
    var slice = new DynamicSlice(List.of(2));
    gives(run(slice, x, index(1)), 1, 2);
    gives(run(slice, x, index(-7)), 0, 1);
    gives(run(slice, x, index(Long.MAX_VALUE)), 3, 4);
    gives(run(slice, x, wholes(U8, Shape.scalar(), 255)), 3, 4);
    var update = floats(F32, 8, 9);
    gives(run(new DynamicUpdateSlice(), x, update, index(1)), 0, 8, 9, 3, 4);
    gives(run(new DynamicUpdateSlice(), x, update, index(4)), 0, 1, 2, 8, 9);
    gives(run(new DynamicUpdateSlice(), x, update, index(Long.MIN_VALUE)), 8, 9, 2, 3, 4);
  }
}
