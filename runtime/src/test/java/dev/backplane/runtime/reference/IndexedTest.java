package dev.backplane.runtime.reference;

import static dev.backplane.runtime.reference.Golden.counting;
import static dev.backplane.runtime.reference.Golden.floats;
import static dev.backplane.runtime.reference.Golden.gives;
import static dev.backplane.runtime.reference.Golden.givesLongs;
import static dev.backplane.runtime.reference.Golden.run;
import static dev.backplane.runtime.reference.Golden.wholes;
import static dev.backplane.tensor.DType.BF16;
import static dev.backplane.tensor.DType.BOOL;
import static dev.backplane.tensor.DType.F32;
import static dev.backplane.tensor.DType.I32;
import static dev.backplane.tensor.DType.I64;
import static dev.backplane.tensor.DType.I8;
import static dev.backplane.tensor.DType.U8;

import dev.backplane.op.Gather;
import dev.backplane.op.Scatter;
import dev.backplane.op.Sort;
import dev.backplane.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class IndexedTest {
  @Test
  void rowsAreLookedUpAndIndicesClamped() {
    var table = counting(F32, 3, 2);
    var indices = wholes(I32, 2, 0, 7, -1);
    gives(
        run(Gather.rows(table.type().shape(), indices.type().shape()), table, indices),
        Shape.of(4, 2),
        4,
        5,
        0,
        1,
        4,
        5,
        0,
        1);
  }

  @Test
  void slicesOfTwoAxes() {
    var x = counting(I32, 3, 4);
    // Vectors along axis 0: (row, column) of 1×2 slices; the row axis is not shown.
    var indices = wholes(I64, Shape.of(2, 2), 0, 2, 1, 3);
    var op = new Gather(List.of(0), List.of(0), List.of(0, 1), 0, List.of(1, 2));
    // (0,1): 1 2; (2,3): clamped to column 2: 10 11. The slice is axis 0 of the result.
    gives(run(op, x, indices), Shape.of(2, 2), 1, 10, 2, 11);
    var swapped = new Gather(List.of(1), List.of(1), List.of(1, 0), 1, List.of(2, 1));
    // Vectors along axis 1: (column, row) = (0,2) → row clamped to 1; (1,3) → 1.
    gives(run(swapped, x, indices), Shape.of(2, 2), 4, 8, 5, 9);
  }

  @Test
  void updatesOutsideAreLeftOut() {
    var x = floats(F32, 1, 2, 3);
    var op = new Scatter(Scatter.Mode.ADD, List.of(), List.of(0), List.of(0), 1);
    var indices = wholes(I32, 0, 2, 3, -1, 0);
    gives(run(op, x, indices, floats(F32, 10, 20, 30, 40, 50)), 61, 2, 23);
  }

  @Test
  void theLastAssignmentStays() {
    var op = new Scatter(Scatter.Mode.ASSIGN, List.of(), List.of(0), List.of(0), 1);
    gives(run(op, floats(F32, 0, 0), wholes(U8, 1, 1, 1), floats(F32, 5, 6, 7)), 0, 7);
    givesLongs(run(op, counting(BOOL, 2), wholes(U8, 0), Golden.bools(true)), 1, 1);
  }

  @Test
  void orderIsRowMajorInTheUpdatesEvenWhereWindowsLead() {
    // Updates [window 2, batch 2]; starts 0 and 1: element 1 is hit by (w=1,b=0) and (w=0,b=1).
    var op = new Scatter(Scatter.Mode.ASSIGN, List.of(0), List.of(), List.of(0), 1);
    var updates = floats(F32, Shape.of(2, 2), 1, 2, 3, 4);
    // Row-major: (0,0)=1→0, (0,1)=2→1, (1,0)=3→1, (1,1)=4→2.
    gives(run(op, floats(F32, 0, 0, 0), wholes(I32, 0, 1), updates), 1, 3, 4);
  }

  @Test
  void windowsThatDoNotFitWhollyAreLeftOut() {
    var op = new Scatter(Scatter.Mode.ASSIGN, List.of(1), List.of(), List.of(0), 1);
    var updates = floats(F32, Shape.of(2, 2), 5, 6, 7, 8);
    gives(run(op, floats(F32, 0, 0, 0), wholes(I32, 2, 1), updates), 0, 7, 8);
  }

  @Test
  void modesCombine() {
    var indices = wholes(I32, 0, 0);
    for (var mode : Scatter.Mode.values()) {
      var op = new Scatter(mode, List.of(), List.of(0), List.of(0), 1);
      double expected =
          switch (mode) {
            case ASSIGN -> 3;
            case ADD -> 10;
            case MULTIPLY -> 30;
            case MAXIMUM -> 5;
            case MINIMUM -> 2;
          };
      gives(run(op, wholes(I8, 2), indices, wholes(I8, 5, 3)), expected);
    }
    var add = new Scatter(Scatter.Mode.ADD, List.of(), List.of(0), List.of(0), 1);
    gives(run(add, floats(BF16, 256), indices, floats(BF16, 1, 1)), 256);
  }

  @Test
  void sortIsStableAndPutsNaNLast() {
    var x = floats(F32, 3, Double.NaN, -0.0, 0.0, -1);
    var places = counting(I32, 5);
    var up = Golden.all(new Sort(0, 1, false), x, places);
    gives(up.get(0), -1, -0.0, 0.0, 3, Double.NaN);
    givesLongs(up.get(1), 4, 2, 3, 0, 1);
    var down = Golden.all(new Sort(0, 1, true), x, places);
    gives(down.get(0), Double.NaN, 3, -0.0, 0.0, -1);
    givesLongs(down.get(1), 1, 0, 2, 3, 4);
  }

  @Test
  void severalKeysAreComparedInTurn() {
    var first = wholes(I32, Shape.of(2, 3), 1, 0, 1, 2, 2, 2);
    var second = wholes(U8, Shape.of(2, 3), 9, 5, 3, 200, 100, 150);
    var sorted = Golden.all(new Sort(1, 2, false), first, second);
    givesLongs(sorted.get(0), 0, 1, 1, 2, 2, 2);
    givesLongs(sorted.get(1), 5, 3, 9, 100, 150, 200);
    var along0 = Golden.all(new Sort(0, 1, false), wholes(I32, Shape.of(2, 2), 5, 1, 3, 2));
    givesLongs(along0.get(0), 3, 1, 5, 2);
    gives(run(new Sort(0, 1, false), counting(F32, 0, 2)), Shape.of(0, 2));
  }
}
