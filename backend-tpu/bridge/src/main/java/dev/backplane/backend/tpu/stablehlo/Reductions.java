package dev.backplane.backend.tpu.stablehlo;

import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare.Direction;
import dev.backplane.op.Reduce;
import dev.backplane.op.Sort;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Reduce, ArgReduce, Sort: what is given a function of two elements as a region. */
final class Reductions {
  /** Terms of a sum from which on the CPU's compilers, which add one to the other, need f64. */
  private static final long MANY = 1024;

  private Reductions() {}

  static Ssa reduce(Emitter to, Reduce op, Ssa x) {
    long terms =
        op.axes().stream().mapToLong(axis -> x.shape().dimension(axis)).reduce(1, (a, b) -> a * b);
    boolean many = terms >= MANY && to.platform().isCpu() && op.combiner() == Combiner.ADD;
    var wide = many && x.element().equals("f32") ? "f64" : accumulator(op.combiner(), x);
    var operand = to.convert(x, wide);
    var identity = identity(to, op.combiner(), wide);
    var result = operand.shaped(x.shape().without(op.axes()));
    var sum =
        to.emitAll(
            "\"stablehlo.reduce\"("
                + Ssa.names(List.of(operand, identity))
                + ") <{dimensions = "
                + array(op.axes())
                + "}> ("
                + combine(to, op.combiner().asBinary(), wide)
                + ") : ("
                + Ssa.types(List.of(operand, identity))
                + ") -> "
                + result.type(),
            List.of(result));
    return to.convert(sum.getFirst(), x.element());
  }

  /** Sums and products of narrow floats are kept in f32. */
  static String accumulator(Combiner combiner, Ssa x) {
    return switch (combiner) {
      case ADD, MULTIPLY -> x.isNarrow() ? "f32" : x.element();
      case MAXIMUM, MINIMUM, AND, OR -> x.element();
    };
  }

  /** The region that combines two elements. */
  static String combine(Emitter to, Binary.Kind kind, String element) {
    var scalar = new Ssa("", element, Shape.scalar());
    return to.region(
        List.of(scalar, scalar),
        pair -> List.of(Elementwise.binary(to, kind, pair.get(0), pair.get(1))));
  }

  /** The scalar that a combiner leaves alone. */
  static Ssa identity(Emitter to, Combiner combiner, String element) {
    var like = new Ssa("", element, Shape.scalar());
    var value =
        switch (combiner) {
          case ADD, OR -> zero(like);
          case MULTIPLY -> like.isFloating() ? "1.0" : "1";
          case MAXIMUM -> least(element);
          case MINIMUM -> most(element);
          case AND -> like.isBool() ? "true" : like.isUnsigned() ? most(element) : "-1";
        };
    return to.splat(value, like);
  }

  private static String zero(Ssa like) {
    return like.isBool() ? "false" : like.isFloating() ? "0.0" : "0";
  }

  /** Minus infinity, or the smallest value. */
  private static String least(String element) {
    return switch (element) {
      case "f64" -> "0xFFF0000000000000";
      case "f32" -> "0xFF800000";
      case "bf16" -> "0xFF80";
      case "f16" -> "0xFC00";
      case "i64" -> Long.toString(Long.MIN_VALUE);
      case "i32" -> Integer.toString(Integer.MIN_VALUE);
      case "i8" -> "-128";
      case "ui32", "ui8" -> "0";
      case "i1" -> "false";
      default -> throw new IllegalArgumentException(element + " is no dtype's");
    };
  }

  /** Infinity, or the largest value. */
  private static String most(String element) {
    return switch (element) {
      case "f64" -> "0x7FF0000000000000";
      case "f32" -> "0x7F800000";
      case "bf16" -> "0x7F80";
      case "f16" -> "0x7C00";
      case "i64" -> Long.toString(Long.MAX_VALUE);
      case "i32" -> Integer.toString(Integer.MAX_VALUE);
      case "i8" -> "127";
      case "ui32" -> "4294967295";
      case "ui8" -> "255";
      case "i1" -> "true";
      default -> throw new IllegalArgumentException(element + " is no dtype's");
    };
  }

  /** Reduces pairs of an element and its index; of two pairs the better one stays. */
  static Ssa argReduce(Emitter to, ArgReduce op, Ssa x, TensorType type) {
    var index = Ssa.element(op.index());
    var indices = to.iota(index, x.shape(), op.axis());
    var first = worst(to, op.kind(), x.element(), index);
    var operands = List.of(x, indices, first.get(0), first.get(1));
    var results = List.of(x.shaped(type.shape()), indices.shaped(type.shape()));
    var found =
        to.emitAll(
            "\"stablehlo.reduce\"("
                + Ssa.names(operands)
                + ") <{dimensions = "
                + array(List.of(op.axis()))
                + "}> ("
                + better(to, op.kind(), first)
                + ") : ("
                + Ssa.types(operands)
                + ") -> ("
                + Ssa.types(results)
                + ")",
            results);
    return found.get(1);
  }

  /**
   * The pair of a value and an index that loses against any other. The first of equals wins, so
   * that an element wins also against its own like.
   */
  static List<Ssa> worst(Emitter to, ArgReduce.Kind kind, String element, String index) {
    var combiner =
        switch (kind) {
          case MAXIMUM -> Combiner.MAXIMUM;
          case MINIMUM -> Combiner.MINIMUM;
        };
    return List.of(identity(to, combiner, element), to.splat(most(index), index, Shape.scalar()));
  }

  /** The region that chooses between two pairs, each like the given one, in any order. */
  static String better(Emitter to, ArgReduce.Kind kind, List<Ssa> pair) {
    return to.region(
        List.of(pair.get(0), pair.get(1), pair.get(0), pair.get(1)),
        pairs -> chosen(to, kind, pairs));
  }

  /** Of (value, index, other value, other index) the pair that is sought. */
  private static List<Ssa> chosen(Emitter to, ArgReduce.Kind kind, List<Ssa> pairs) {
    var value = pairs.get(0);
    var index = pairs.get(1);
    var other = pairs.get(2);
    var otherIndex = pairs.get(3);
    var before = to.compare(Direction.LT, index, otherIndex);
    var same = to.compare(Direction.EQ, value, other);
    var wins = prefers(to, kind, value, other);
    if (value.isFloating()) {
      var bothNaN = to.binary("stablehlo.and", isNaN(to, value), isNaN(to, other));
      same = to.binary("stablehlo.or", same, bothNaN);
    }
    var tie = to.binary("stablehlo.and", same, before);
    var takes = to.binary("stablehlo.or", wins, tie);
    return List.of(to.select(takes, value, other), to.select(takes, index, otherIndex));
  }

  /** Whether an element is better than another: strictly, or as the only NaN. */
  private static Ssa prefers(Emitter to, ArgReduce.Kind kind, Ssa value, Ssa other) {
    var direction =
        switch (kind) {
          case MAXIMUM -> Direction.GT;
          case MINIMUM -> Direction.LT;
        };
    var wins = to.compare(direction, value, other);
    if (!value.isFloating()) {
      return wins;
    }
    var only = to.binary("stablehlo.and", isNaN(to, value), to.compare(Direction.EQ, other, other));
    return to.binary("stablehlo.or", wins, only);
  }

  static Ssa isNaN(Emitter to, Ssa x) {
    return to.compare(Direction.NE, x, x);
  }

  static List<Ssa> sort(Emitter to, Sort op, List<Ssa> operands) {
    var pairs = new ArrayList<Ssa>();
    for (var operand : operands) {
      pairs.add(operand.shaped(Shape.scalar()));
      pairs.add(operand.shaped(Shape.scalar()));
    }
    var region = to.region(pairs, values -> List.of(before(to, op, values)));
    return to.emitAll(
        "\"stablehlo.sort\"("
            + Ssa.names(operands)
            + ") <{dimension = "
            + op.axis()
            + " : i64, is_stable = true}> ("
            + region
            + ") : ("
            + Ssa.types(operands)
            + ") -> ("
            + Ssa.types(operands)
            + ")",
        operands);
  }

  /** Whether the keys among (a, b) of each operand put a strictly before b, from the last on. */
  private static Ssa before(Emitter to, Sort op, List<Ssa> values) {
    Ssa before = null;
    for (int key = op.keys() - 1; key >= 0; key--) {
      var a = values.get(2 * key + (op.descending() ? 1 : 0));
      var b = values.get(2 * key + (op.descending() ? 0 : 1));
      // a sorts below b: smaller, or b alone is NaN.
      var below = prefers(to, ArgReduce.Kind.MINIMUM, a, b);
      if (a.isFloating()) {
        below =
            to.binary(
                "stablehlo.or",
                to.compare(Direction.LT, a, b),
                to.binary("stablehlo.and", isNaN(to, b), to.compare(Direction.EQ, a, a)));
      }
      before = before == null ? below : to.binary("stablehlo.or", below, then(to, a, b, before));
    }
    return java.util.Objects.requireNonNull(before);
  }

  /** Where two keys are equal, what the keys behind say. */
  private static Ssa then(Emitter to, Ssa a, Ssa b, Ssa behind) {
    var same = to.compare(Direction.EQ, a, b);
    if (a.isFloating()) {
      same =
          to.binary("stablehlo.or", same, to.binary("stablehlo.and", isNaN(to, a), isNaN(to, b)));
    }
    return to.binary("stablehlo.and", same, behind);
  }

  /** {@code array<i64: 0, 1>}. */
  static String array(List<Integer> values) {
    var text = new StringBuilder("array<i64");
    for (int i = 0; i < values.size(); i++) {
      text.append(i == 0 ? ": " : ", ").append(values.get(i));
    }
    return text.append('>').toString();
  }
}
