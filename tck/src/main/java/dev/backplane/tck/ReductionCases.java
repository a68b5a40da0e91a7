package dev.backplane.tck;

import dev.backplane.op.ArgReduce;
import dev.backplane.op.Combiner;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Window;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Reduce, ArgReduce, ReduceWindow, SelectAndScatter. */
final class ReductionCases {
  private ReductionCases() {}

  static List<Family> all() {
    var families = new ArrayList<Family>();
    for (var dtype : DType.values()) {
      for (var combiner : Combiner.values()) {
        if (combiner.accepts(dtype)) {
          families.add(
              new Family(
                  Reduce.class,
                  combiner.name(),
                  dtype,
                  25,
                  (draw, i) -> reduce(draw, i, combiner, dtype)));
          families.add(
              new Family(
                  ReduceWindow.class,
                  combiner.name(),
                  dtype,
                  25,
                  (draw, i) -> reduceWindow(draw, i, combiner, dtype)));
        }
      }
      for (var kind : ArgReduce.Kind.values()) {
        families.add(
            new Family(
                ArgReduce.class,
                kind.name(),
                dtype,
                25,
                (draw, i) -> argReduce(draw, i, kind, dtype)));
        if (dtype.isNumeric()) {
          families.add(
              new Family(
                  SelectAndScatter.class,
                  kind.name(),
                  dtype,
                  25,
                  (draw, i) -> selectAndScatter(draw, i, kind, dtype)));
        }
      }
    }
    return families;
  }

  /**
   * What a combiner may be given: sums and products must not overflow, the rest may be anything.
   */
  static Literal values(Draw draw, Combiner combiner, TensorType type, int index) {
    if (!type.dtype().isFloating()) {
      return draw.any(type, index);
    }
    return switch (combiner) {
      case ADD -> index % 3 == 2 ? draw.spiced(type) : draw.ordinary(type);
      case MULTIPLY -> draw.within(type, 0.95, 1.05);
      case MAXIMUM, MINIMUM -> draw.any(type, index);
      case AND, OR -> throw new IllegalArgumentException(combiner + " is not defined on floats");
    };
  }

  private static Case reduce(Draw draw, int index, Combiner combiner, DType dtype) {
    var shape = draw.shape(index);
    var type = new TensorType(dtype, shape);
    var axes = index == 3 ? List.of(0) : draw.someAxes(shape.rank());
    return Case.of(new Reduce(combiner, axes), values(draw, combiner, type, index));
  }

  private static Case argReduce(Draw draw, int index, ArgReduce.Kind kind, DType dtype) {
    var shape = index == 4 ? Shape.of(0, 3) : draw.full(index);
    int axis = index == 4 ? 1 : draw.between(0, shape.rank() - 1);
    var type = new TensorType(dtype, shape);
    var x = index % 3 == 0 ? draw.ties(type, index % 2 == 0) : draw.any(type, index);
    return Case.of(new ArgReduce(kind, axis, index % 2 == 0 ? DType.I32 : DType.I64), x);
  }

  private static Window window(Draw draw, boolean dilated) {
    return new Window(
        draw.between(1, 3),
        draw.between(1, 3),
        draw.between(-1, 2),
        draw.between(-1, 2),
        dilated ? draw.between(1, 2) : 1,
        dilated ? draw.between(1, 2) : 1);
  }

  private static List<Window> windows(Draw draw, Shape shape, boolean dilated) {
    var windows = new ArrayList<Window>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      windows.add(draw.chance(0.3) ? Window.one() : window(draw, dilated));
    }
    return windows;
  }

  /** From this case on: pictures, channels last, as pooling has them. */
  private static final int POOLING = 18;

  private static Shape picture(Draw draw) {
    return Shape.of(
        draw.between(1, 3), draw.between(2, 9), draw.between(2, 9), draw.between(1, 40));
  }

  private static List<Window> pooling(Draw draw) {
    int size = draw.between(2, 3);
    int low = draw.between(0, 1);
    var window = Window.of(size, draw.between(1, 3), low, draw.between(0, 1));
    return List.of(Window.one(), window, window, Window.one());
  }

  private static Case reduceWindow(Draw draw, int index, Combiner combiner, DType dtype) {
    var shape =
        index == POOLING - 1
            ? Shape.of(3, 40)
            : index >= POOLING ? picture(draw) : draw.shape(index);
    var windows =
        index == POOLING - 1
            // Everything up to an element: a running sum.
            ? List.of(Window.one(), Window.of(40, 1, 39, 0))
            : index >= POOLING ? pooling(draw) : windows(draw, shape, index % 2 == 1);
    return Case.of(
        new ReduceWindow(combiner, windows),
        values(draw, combiner, new TensorType(dtype, shape), index));
  }

  private static Case selectAndScatter(Draw draw, int index, ArgReduce.Kind kind, DType dtype) {
    var shape = index >= POOLING ? picture(draw) : draw.shape(index);
    var windows = index >= POOLING ? pooling(draw) : windows(draw, shape, false);
    var positions = new ArrayList<Integer>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      positions.add(windows.get(axis).positions(shape.dimension(axis)));
    }
    var type = new TensorType(dtype, shape);
    return Case.of(
        new SelectAndScatter(kind, windows),
        index % 2 == 0 ? draw.ties(type, index % 4 == 0) : draw.any(type, index),
        values(draw, Combiner.ADD, new TensorType(dtype, new Shape(positions)), index));
  }
}
