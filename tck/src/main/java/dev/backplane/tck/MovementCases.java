package dev.backplane.tck;

import dev.backplane.op.Broadcast;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Constant;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Iota;
import dev.backplane.op.Pad;
import dev.backplane.op.Primitive;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Constant, Iota, RandomBits, Broadcast, Reshape, Transpose, Slice, Pad, Concatenate, Reverse,
 * DynamicSlice, DynamicUpdateSlice.
 */
final class MovementCases {
  private static final int COUNT = 50;
  private static final List<DType> INDICES =
      List.of(DType.I64, DType.I32, DType.I8, DType.U32, DType.U8);

  private MovementCases() {}

  static List<Family> all() {
    var families = new ArrayList<Family>();
    for (var dtype : DType.values()) {
      add(families, Constant.class, dtype, (draw, i) -> Case.of(new Constant(any(draw, i, dtype))));
      if (dtype.isNumeric()) {
        add(families, Iota.class, dtype, (draw, i) -> iota(draw, i, dtype));
      }
      add(families, Broadcast.class, dtype, (draw, i) -> broadcast(draw, i, dtype));
      add(families, Reshape.class, dtype, (draw, i) -> reshape(draw, i, dtype));
      add(families, Transpose.class, dtype, (draw, i) -> transpose(draw, i, dtype));
      add(families, Slice.class, dtype, (draw, i) -> slice(draw, i, dtype));
      add(families, Pad.class, dtype, (draw, i) -> pad(draw, i, dtype));
      add(families, Concatenate.class, dtype, (draw, i) -> concatenate(draw, i, dtype));
      add(families, Reverse.class, dtype, (draw, i) -> reverse(draw, i, dtype));
      add(families, DynamicSlice.class, dtype, (draw, i) -> dynamicSlice(draw, i, dtype));
      add(families, DynamicUpdateSlice.class, dtype, (draw, i) -> dynamicUpdate(draw, i, dtype));
    }
    add(families, RandomBits.class, DType.U32, MovementCases::randomBits);
    return families;
  }

  private static void add(
      List<Family> families,
      Class<? extends Primitive> primitive,
      DType dtype,
      Family.Maker maker) {
    families.add(new Family(primitive, "", dtype, COUNT, maker));
  }

  private static Literal any(Draw draw, int index, DType dtype) {
    return draw.any(new TensorType(dtype, draw.shape(index)), index);
  }

  private static Case iota(Draw draw, int index, DType dtype) {
    var shape = draw.full(index);
    return Case.of(new Iota(new TensorType(dtype, shape), draw.between(0, shape.rank() - 1)));
  }

  private static Case broadcast(Draw draw, int index, DType dtype) {
    var shape = draw.shape(index);
    var axes = new ArrayList<>(draw.someAxes(shape.rank()));
    Collections.sort(axes);
    var from = axes.stream().map(axis -> draw.chance(0.4) ? 1 : shape.dimension(axis)).toList();
    return Case.of(
        new Broadcast(shape, axes), draw.any(new TensorType(dtype, new Shape(from)), index));
  }

  private static Case reshape(Draw draw, int index, DType dtype) {
    var x = any(draw, index, dtype);
    var shape = x.type().shape();
    if (shape.size() == 0) {
      return Case.of(new Reshape(Shape.of(0, draw.between(0, 9))), x);
    }
    var factors = new ArrayList<Integer>();
    long rest = shape.size();
    for (int factor = 2; factor <= 7; factor++) {
      while (rest % factor == 0 && draw.chance(0.6)) {
        factors.add(factor);
        rest /= factor;
      }
    }
    if (rest > 1 || draw.chance(0.3)) {
      factors.add(draw.between(0, factors.size()), (int) rest);
    }
    return Case.of(new Reshape(new Shape(factors)), x);
  }

  private static Case transpose(Draw draw, int index, DType dtype) {
    var x = any(draw, index, dtype);
    return Case.of(new Transpose(draw.permutation(x.type().shape().rank())), x);
  }

  private static Case slice(Draw draw, int index, DType dtype) {
    var x = any(draw, index, dtype);
    var starts = new ArrayList<Integer>();
    var limits = new ArrayList<Integer>();
    var strides = new ArrayList<Integer>();
    for (int dimension : x.type().shape().dimensions()) {
      int start = draw.between(0, dimension);
      starts.add(start);
      limits.add(draw.between(start, dimension));
      strides.add(draw.between(1, 3));
    }
    return Case.of(new Slice(starts, limits, strides), x);
  }

  private static Case pad(Draw draw, int index, DType dtype) {
    var x = any(draw, index, dtype);
    var low = new ArrayList<Integer>();
    var high = new ArrayList<Integer>();
    var interior = new ArrayList<Integer>();
    for (int dimension : x.type().shape().dimensions()) {
      int between = draw.chance(0.5) ? 0 : draw.between(1, 2);
      int inner = dimension + Math.max(0, dimension - 1) * between;
      int before = draw.between(-Math.min(3, inner), 3);
      interior.add(between);
      low.add(before);
      high.add(draw.between(-Math.min(3, Math.max(0, inner + before)), 3));
    }
    return Case.of(
        new Pad(low, high, interior), x, draw.any(new TensorType(dtype, Shape.scalar()), index));
  }

  private static Case concatenate(Draw draw, int index, DType dtype) {
    var shape = draw.full(index);
    int axis = draw.between(0, shape.rank() - 1);
    var operands = new ArrayList<Literal>();
    int count = draw.between(1, 4);
    for (int i = 0; i < count; i++) {
      var part = shape.with(axis, draw.between(0, 5));
      operands.add(draw.any(new TensorType(dtype, part), index));
    }
    return Case.of(new Concatenate(axis), operands.toArray(Literal[]::new));
  }

  private static Case reverse(Draw draw, int index, DType dtype) {
    var x = any(draw, index, dtype);
    return Case.of(new Reverse(draw.someAxes(x.type().shape().rank())), x);
  }

  /** A part of a shape, and starts some of which lie outside. */
  private static List<Literal> starts(Draw draw, Shape shape) {
    var dtype = draw.oneOf(INDICES);
    var scalar = new TensorType(dtype, Shape.scalar());
    var starts = new ArrayList<Literal>();
    for (int dimension : shape.dimensions()) {
      starts.add(
          draw.chance(0.2)
              ? draw.special(scalar)
              : draw.integers(scalar, 0, Math.min(100, dimension)));
    }
    return starts;
  }

  private static Shape part(Draw draw, Shape shape) {
    return new Shape(
        shape.dimensions().stream().map(dimension -> draw.between(0, dimension)).toList());
  }

  private static Case dynamicSlice(Draw draw, int index, DType dtype) {
    var x = any(draw, index, dtype);
    var operands = new ArrayList<Literal>();
    operands.add(x);
    operands.addAll(starts(draw, x.type().shape()));
    var sizes = part(draw, x.type().shape()).dimensions();
    return Case.of(new DynamicSlice(sizes), operands.toArray(Literal[]::new));
  }

  private static Case dynamicUpdate(Draw draw, int index, DType dtype) {
    var x = any(draw, index, dtype);
    var operands = new ArrayList<Literal>();
    operands.add(x);
    operands.add(draw.any(new TensorType(dtype, part(draw, x.type().shape())), index));
    operands.addAll(starts(draw, x.type().shape()));
    return Case.of(new DynamicUpdateSlice(), operands.toArray(Literal[]::new));
  }

  private static Case randomBits(Draw draw, int index) {
    var scalar = TensorType.of(DType.U32);
    return Case.of(
        new RandomBits(draw.shape(index), (int) draw.special(scalar).longAt(0)),
        draw.special(TensorType.of(DType.U32, 2)),
        draw.special(scalar),
        draw.special(scalar),
        index % 2 == 0 ? draw.scalar(DType.U32, 0) : draw.special(scalar));
  }
}
