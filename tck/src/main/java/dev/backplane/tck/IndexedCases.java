package dev.backplane.tck;

import dev.backplane.op.Gather;
import dev.backplane.op.Scatter;
import dev.backplane.op.Sort;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Gather, Scatter, Sort. */
final class IndexedCases {
  private static final List<DType> INDICES =
      List.of(DType.I64, DType.I32, DType.I8, DType.U32, DType.U8);

  private IndexedCases() {}

  static List<Family> all() {
    var families = new ArrayList<Family>();
    for (var dtype : DType.values()) {
      families.add(new Family(Gather.class, "", dtype, 50, (draw, i) -> gather(draw, i, dtype)));
      for (var mode : Scatter.Mode.values()) {
        boolean defined =
            switch (mode) {
              case ASSIGN, MAXIMUM, MINIMUM -> true;
              case ADD, MULTIPLY -> dtype.isNumeric();
            };
        if (defined) {
          families.add(
              new Family(
                  Scatter.class,
                  mode.name(),
                  dtype,
                  20,
                  (draw, i) -> scatter(draw, i, mode, dtype)));
        }
      }
      families.add(new Family(Sort.class, "", dtype, 50, (draw, i) -> sort(draw, i, dtype)));
    }
    return families;
  }

  /** The plan of an indexed op: which slices of x the indices stand for. */
  private record Plan(
      Shape x,
      List<Integer> indexed,
      List<Integer> hidden,
      Shape batch,
      int indexAxis,
      Shape indices) {
    static Plan draw(Draw draw, int index) {
      var x = draw.full(index == 1 ? 2 : index);
      int rank = x.rank();
      var indexed = draw.permutation(rank).subList(0, draw.between(0, rank));
      var hidden = new ArrayList<>(draw.someAxes(rank));
      Collections.sort(hidden);
      var batch = index == 1 ? Shape.of(0) : draw.shape(draw.between(0, 2), 5);
      if (indexed.size() == 1 && draw.chance(0.5)) {
        return new Plan(x, indexed, hidden, batch, batch.rank(), batch);
      }
      int indexAxis = draw.between(0, batch.rank());
      var dimensions = new ArrayList<>(batch.dimensions());
      dimensions.add(indexAxis, indexed.size());
      return new Plan(x, indexed, hidden, batch, indexAxis, new Shape(dimensions));
    }

    /** Mostly valid indices, some just outside, a few far off. */
    Literal indices(Draw draw) {
      var dtype = draw.oneOf(INDICES);
      var type = new TensorType(dtype, indices);
      int largest = indexed.stream().mapToInt(x::dimension).max().orElse(1);
      return draw.chance(0.15)
          ? draw.special(type)
          : draw.integers(type, dtype.isUnsigned() ? 0 : -1, Math.min(100, largest));
    }

    List<Integer> offsetAxes(Draw draw) {
      int kept = x.rank() - hidden.size();
      var axes = new ArrayList<>(draw.permutation(kept + batch.rank()).subList(0, kept));
      Collections.sort(axes);
      return axes;
    }
  }

  private static Case gather(Draw draw, int index, DType dtype) {
    var plan = Plan.draw(draw, index);
    var sizes = new ArrayList<Integer>();
    for (int axis = 0; axis < plan.x.rank(); axis++) {
      int dimension = plan.x.dimension(axis);
      sizes.add(plan.hidden.contains(axis) ? 1 : draw.between(draw.chance(0.1) ? 0 : 1, dimension));
    }
    var op = new Gather(plan.offsetAxes(draw), plan.hidden, plan.indexed, plan.indexAxis, sizes);
    return Case.of(op, draw.any(new TensorType(dtype, plan.x), index), plan.indices(draw));
  }

  /** Rows of a table, most of them several times: the gradient of an embedding. */
  private static Case rows(Draw draw, Scatter.Mode mode, DType dtype) {
    var table = TensorType.of(dtype, 12, 35);
    var updates = TensorType.of(dtype, 40, 35);
    var indices = draw.integers(TensorType.of(draw.oneOf(INDICES), 40), 0, 13);
    return Case.of(
        new Scatter(mode, List.of(1), List.of(0), List.of(0), 1),
        factors(draw, mode, table),
        indices,
        factors(draw, mode, updates));
  }

  private static Case scatter(Draw draw, int index, Scatter.Mode mode, DType dtype) {
    if (index == 2) {
      return rows(draw, mode, dtype);
    }
    var plan = Plan.draw(draw, index);
    var windowAxes = plan.offsetAxes(draw);
    var dimensions = new ArrayList<Integer>();
    int nextBatch = 0;
    int axisOfX = 0;
    for (int axis = 0; axis < windowAxes.size() + plan.batch.rank(); axis++) {
      if (windowAxes.contains(axis)) {
        while (plan.hidden.contains(axisOfX)) {
          axisOfX++;
        }
        dimensions.add(draw.between(1, plan.x.dimension(axisOfX++)));
      } else {
        dimensions.add(plan.batch.dimension(nextBatch++));
      }
    }
    var op = new Scatter(mode, windowAxes, plan.hidden, plan.indexed, plan.indexAxis);
    boolean sums = mode == Scatter.Mode.ADD || mode == Scatter.Mode.MULTIPLY;
    var x = new TensorType(dtype, plan.x);
    var updates = new TensorType(dtype, new Shape(dimensions));
    return Case.of(
        op,
        sums ? factors(draw, mode, x) : draw.any(x, index),
        plan.indices(draw),
        sums ? factors(draw, mode, updates) : draw.any(updates, index));
  }

  /** Values whose sums and products stay within every dtype. */
  private static Literal factors(Draw draw, Scatter.Mode mode, TensorType type) {
    return mode == Scatter.Mode.MULTIPLY && type.dtype().isFloating()
        ? draw.within(type, 0.9, 1.1)
        : draw.ordinary(type);
  }

  private static Case sort(Draw draw, int index, DType dtype) {
    var shape =
        switch (index) {
          case 4 -> Shape.of(3, 0);
          case 5 -> Shape.of(700, 2);
          default -> draw.full(index);
        };
    int axis = index == 5 ? 0 : draw.between(0, shape.rank() - 1);
    int keys = draw.between(1, 2);
    var operands = new ArrayList<Literal>();
    var type = new TensorType(dtype, shape);
    operands.add(index % 2 == 0 ? draw.ties(type, true) : draw.any(type, index));
    if (keys == 2) {
      operands.add(draw.ties(type.withDType(draw.oneOf(List.of(DType.values()))), true));
    }
    int followers = draw.between(0, 2);
    for (int i = 0; i < followers; i++) {
      operands.add(draw.any(type.withDType(draw.oneOf(List.of(DType.values()))), index));
    }
    return Case.of(new Sort(axis, keys, draw.chance(0.5)), operands.toArray(Literal[]::new));
  }
}
