package dev.backplane.runtime.reference;

import static dev.backplane.runtime.reference.Golden.bools;
import static dev.backplane.runtime.reference.Golden.counting;
import static dev.backplane.runtime.reference.Golden.floats;
import static dev.backplane.runtime.reference.Golden.gives;
import static dev.backplane.runtime.reference.Golden.givesLongs;
import static dev.backplane.runtime.reference.Golden.run;
import static dev.backplane.runtime.reference.Golden.wholes;
import static dev.backplane.tensor.DType.BF16;
import static dev.backplane.tensor.DType.BOOL;
import static dev.backplane.tensor.DType.F32;
import static dev.backplane.tensor.DType.F64;
import static dev.backplane.tensor.DType.I32;
import static dev.backplane.tensor.DType.I64;
import static dev.backplane.tensor.DType.I8;
import static dev.backplane.tensor.DType.U8;

import dev.backplane.op.ArgReduce;
import dev.backplane.op.Combiner;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Window;
import dev.backplane.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReductionTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  @Test
  void reducedAxesDisappear() {
    var x = counting(F32, 2, 3);
    gives(run(new Reduce(Combiner.ADD, List.of(1)), x), 3, 12);
    gives(run(new Reduce(Combiner.ADD, List.of(0)), x), 3, 5, 7);
    gives(run(new Reduce(Combiner.ADD, List.of(1, 0)), x), Shape.scalar(), 15);
    gives(run(new Reduce(Combiner.ADD, List.of()), x), Shape.of(2, 3), 0, 1, 2, 3, 4, 5);
    gives(run(new Reduce(Combiner.MULTIPLY, List.of(1)), counting(I32, 2, 2)), 0, 6);
    gives(
        run(new Reduce(Combiner.MAXIMUM, List.of(0)), floats(F32, 1, NAN, 2)), Shape.scalar(), NAN);
    gives(
        run(new Reduce(Combiner.MINIMUM, List.of(0)), floats(F32, 0.0, -0.0)),
        Shape.scalar(),
        -0.0);
    gives(run(new Reduce(Combiner.ADD, List.of(0)), wholes(I8, 100, 100)), Shape.scalar(), -56);
    givesLongs(run(new Reduce(Combiner.AND, List.of(0)), wholes(U8, 0xf0, 0x3c)), 0x30);
    givesLongs(run(new Reduce(Combiner.OR, List.of(0)), bools(false, true)), 1);
  }

  @Test
  void nothingGivesTheIdentity() {
    var axes = List.of(0);
    gives(run(new Reduce(Combiner.ADD, axes), counting(F32, 0)), Shape.scalar(), 0);
    gives(run(new Reduce(Combiner.MULTIPLY, axes), counting(F32, 0, 2)), 1, 1);
    gives(run(new Reduce(Combiner.MAXIMUM, axes), counting(F32, 0)), Shape.scalar(), -INF);
    gives(run(new Reduce(Combiner.MINIMUM, axes), counting(F32, 0)), Shape.scalar(), INF);
    givesLongs(run(new Reduce(Combiner.MAXIMUM, axes), counting(I64, 0)), Long.MIN_VALUE);
    givesLongs(run(new Reduce(Combiner.MINIMUM, axes), counting(U8, 0)), 255);
    givesLongs(run(new Reduce(Combiner.AND, axes), counting(I8, 0)), -1);
    givesLongs(run(new Reduce(Combiner.AND, axes), counting(U8, 0)), 255);
    givesLongs(run(new Reduce(Combiner.AND, axes), counting(BOOL, 0)), 1);
    givesLongs(run(new Reduce(Combiner.OR, axes), counting(BOOL, 0)), 0);
    gives(run(new Reduce(Combiner.ADD, List.of(1)), counting(F32, 0, 3)), Shape.of(0));
  }

  @Test
  void lowPrecisionSumsRoundOnce() {
    var ones = floats(BF16, 256, 1, 1, 1, 1);
    gives(run(new Reduce(Combiner.ADD, List.of(0)), ones), Shape.scalar(), 260);
    var cancels = floats(F64, 1e16, 1, -1e16);
    gives(run(new Reduce(Combiner.ADD, List.of(0)), cancels), Shape.scalar(), 0);
  }

  @Test
  void theFirstOfEqualsAndTheFirstNaNAreFound() {
    var x = floats(F32, Shape.of(4, 3), 1, 3, 3, NAN, 9, NAN, -0.0, 0.0, -1, 5, NAN, 7);
    givesLongs(run(new ArgReduce(ArgReduce.Kind.MAXIMUM, 1, I32), x), 1, 0, 0, 1);
    givesLongs(run(new ArgReduce(ArgReduce.Kind.MINIMUM, 1, I64), x), 0, 0, 2, 1);
    givesLongs(run(new ArgReduce(ArgReduce.Kind.MAXIMUM, 0, I32), counting(U8, 2, 2)), 1, 1);
    givesLongs(run(new ArgReduce(ArgReduce.Kind.MINIMUM, 0, I32), bools(true, false, false)), 1);
    gives(run(new ArgReduce(ArgReduce.Kind.MAXIMUM, 1, I32), counting(F32, 0, 2)), Shape.of(0));
  }

  @Test
  void windowsSlideAndPaddingIsTheIdentity() {
    var x = floats(F32, 1, 2, 3, 4);
    gives(run(new ReduceWindow(Combiner.ADD, List.of(Window.of(2, 1))), x), 3, 5, 7);
    gives(run(new ReduceWindow(Combiner.MAXIMUM, List.of(Window.of(2, 2))), x), 2, 4);
    gives(run(new ReduceWindow(Combiner.MAXIMUM, List.of(Window.of(1, 2, 1, 1))), x), -INF, 2, 4);
    gives(run(new ReduceWindow(Combiner.ADD, List.of(Window.of(2, 1, -1, 0))), x), 5, 7);
    gives(run(new ReduceWindow(Combiner.ADD, List.of(new Window(2, 1, 0, 0, 1, 2))), x), 4, 6);
    // dilated: 1 . 2 . 3 . 4
    gives(
        run(new ReduceWindow(Combiner.MULTIPLY, List.of(new Window(3, 2, 0, 0, 2, 1))), x),
        2,
        6,
        12);
    gives(run(new ReduceWindow(Combiner.ADD, List.of(Window.of(5, 1))), x), Shape.of(0));
    gives(
        run(
            new ReduceWindow(Combiner.ADD, List.of(Window.of(2, 1), Window.one())),
            counting(I32, 2, 3)),
        Shape.of(1, 3),
        3,
        5,
        7);
    givesLongs(
        run(new ReduceWindow(Combiner.OR, List.of(Window.of(2, 1))), bools(false, false, true)),
        0,
        1);
  }

  @Test
  void theSourceGoesWhereTheLargestStands() {
    var x = floats(F32, 1, 3, 3, 2);
    var op = new SelectAndScatter(ArgReduce.Kind.MAXIMUM, List.of(Window.of(2, 1)));
    gives(run(op, x, floats(F32, 10, 20, 30)), 0, 30, 30, 0);
    var least = new SelectAndScatter(ArgReduce.Kind.MINIMUM, List.of(Window.of(2, 2)));
    gives(run(least, x, floats(F32, 10, 20)), 10, 0, 0, 20);
    var nan = floats(F32, 1, NAN, 5, NAN);
    gives(
        run(
            new SelectAndScatter(ArgReduce.Kind.MAXIMUM, List.of(Window.of(4, 1))),
            nan,
            floats(F32, 7)),
        0,
        7,
        0,
        0);
    // Padding is never chosen, and a window of nothing else adds nothing.
    var padded = new SelectAndScatter(ArgReduce.Kind.MAXIMUM, List.of(Window.of(2, 2, 3, 1)));
    gives(run(padded, floats(F32, -1, -2), floats(F32, 5, 6, 7)), 6, 7);
    gives(run(op, floats(F32, -INF, -INF), floats(F32, 4)), 4, 0);
  }
}
