package dev.backplane.tck;

import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Clamp;
import dev.backplane.op.Compare;
import dev.backplane.op.Convert;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Select;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Unary, Binary, Compare, Select, Clamp, Convert, BitcastConvert, OptimizationBarrier. */
final class ElementwiseCases {
  private ElementwiseCases() {}

  static List<Family> all() {
    var families = new ArrayList<Family>();
    for (var dtype : DType.values()) {
      for (var kind : Unary.Kind.values()) {
        if (kind.accepts(dtype)) {
          families.add(
              new Family(
                  Unary.class,
                  kind.name(),
                  dtype,
                  dtype == DType.BOOL ? 50 : 16,
                  (draw, i) -> unary(draw, i, kind, dtype)));
        }
      }
      for (var kind : Binary.Kind.values()) {
        if (kind.accepts(dtype)) {
          families.add(
              new Family(
                  Binary.class, kind.name(), dtype, 16, (draw, i) -> binary(draw, i, kind, dtype)));
        }
      }
      for (var direction : Compare.Direction.values()) {
        families.add(
            new Family(
                Compare.class,
                direction.name(),
                dtype,
                12,
                (draw, i) -> {
                  var type = new TensorType(dtype, draw.shape(i));
                  boolean ties = i % 3 == 0;
                  return Case.of(
                      new Compare(direction),
                      ties ? draw.ties(type, true) : draw.any(type, i),
                      ties ? draw.ties(type, true) : draw.any(type, i));
                }));
      }
      families.add(new Family(Select.class, "", dtype, 50, (draw, i) -> select(draw, i, dtype)));
      if (dtype.isNumeric()) {
        families.add(
            new Family(
                Clamp.class,
                "",
                dtype,
                50,
                (draw, i) -> {
                  var type = new TensorType(dtype, draw.shape(i));
                  return Case.of(
                      new Clamp(), draw.any(type, i), draw.any(type, i), draw.any(type, i));
                }));
      }
      for (var to : DType.values()) {
        families.add(
            new Family(
                Convert.class, "to_" + to, dtype, 12, (draw, i) -> convert(draw, i, dtype, to)));
        if (to.bytes() == dtype.bytes() && to != DType.BOOL && dtype != DType.BOOL) {
          families.add(
              new Family(
                  BitcastConvert.class,
                  "to_" + to,
                  dtype,
                  50,
                  (draw, i) ->
                      Case.of(
                          new BitcastConvert(to),
                          draw.any(new TensorType(dtype, draw.shape(i)), i))));
        }
      }
      families.add(
          new Family(
              OptimizationBarrier.class,
              "",
              dtype,
              50,
              (draw, i) ->
                  Case.of(
                      new OptimizationBarrier(),
                      draw.any(new TensorType(dtype, draw.shape(i)), i),
                      draw.any(new TensorType(dtype, draw.shape(2, 5)), i))));
    }
    return families;
  }

  private static Case unary(Draw draw, int index, Unary.Kind kind, DType dtype) {
    var type = new TensorType(dtype, draw.shape(index));
    boolean circle = kind == Unary.Kind.SIN || kind == Unary.Kind.COS;
    // Reduction of huge angles is not asked for; see docs/semantics.md.
    var x = circle ? angles(draw, type, index) : draw.any(type, index);
    return Case.of(new Unary(kind), x);
  }

  private static Literal angles(Draw draw, TensorType type, int index) {
    return index % 4 == 3 ? draw.spiced(type) : draw.within(type, -1000, 1000);
  }

  private static Case binary(Draw draw, int index, Binary.Kind kind, DType dtype) {
    var type = new TensorType(dtype, draw.shape(index));
    return switch (kind) {
      case SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC ->
          Case.of(
              new Binary(kind),
              draw.special(type),
              draw.integers(type, dtype.isUnsigned() ? 0 : -3, 8L * dtype.bytes() + 3));
      case DIVIDE, REMAINDER ->
          Case.of(
              new Binary(kind),
              draw.any(type, index),
              index % 3 == 0 ? draw.ties(type, true) : draw.any(type, index));
      case ADD, SUBTRACT, MULTIPLY, MAXIMUM, MINIMUM, POWER, AND, OR, XOR ->
          Case.of(new Binary(kind), draw.any(type, index), draw.any(type, index));
    };
  }

  private static Case select(Draw draw, int index, DType dtype) {
    Shape shape = draw.shape(index);
    var type = new TensorType(dtype, shape);
    return Case.of(
        new Select(),
        draw.ordinary(type.withDType(DType.BOOL)),
        draw.any(type, index),
        draw.any(type, index + 1));
  }

  private static Case convert(Draw draw, int index, DType from, DType to) {
    var type = new TensorType(from, draw.shape(index));
    return Case.of(new Convert(to), draw.any(type, index));
  }
}
