package dev.backplane.runtime.gradient;

import dev.backplane.graph.Value;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Convolution;
import dev.backplane.op.CustomCall;
import dev.backplane.op.Dot;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.DynamicUpdateSlice;
import dev.backplane.op.Gather;
import dev.backplane.op.If;
import dev.backplane.op.Iota;
import dev.backplane.op.OptimizationBarrier;
import dev.backplane.op.Pad;
import dev.backplane.op.Primitive;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Reduce;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.ReduceWindow;
import dev.backplane.op.Reshape;
import dev.backplane.op.Reverse;
import dev.backplane.op.Scan;
import dev.backplane.op.Scatter;
import dev.backplane.op.Select;
import dev.backplane.op.SelectAndScatter;
import dev.backplane.op.Slice;
import dev.backplane.op.Sort;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.op.While;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The gradient of every primitive, one rule each; the long ones go on under their own names ({@link
 * Contractions}, {@link Windows}, {@link Indexed}, {@link Loops}). In the comments d is the
 * cotangent of the result, dx that of the operand x.
 *
 * <p>Where a function has a kink the subgradients are these. The maximum or minimum of two gives
 * everything to the larger (smaller) and on a tie to the second operand, so that {@code maximum(x,
 * 0)} has the gradient 0 at 0; clamp is a maximum, then a minimum; the maximum or minimum of many
 * (Reduce, AllReduce, ReduceScatter) is shared evenly by those that tie; that of a window goes to
 * the first. |x| has 0 at 0. Sign and the roundings have 0 everywhere.
 */
final class Rules {
  private Rules() {}

  static void apply(Primitive op, Pullback p) {
    switch (op) {
      case Unary(Unary.Kind kind) -> unary(kind, p);
      case Binary(Binary.Kind kind) -> binary(kind, p);
      case Select _ -> select(p);
      case Clamp _ -> clamp(p);
      case Convert _ -> p.give(0, p.emit.convert(p.cotangent(), p.type(0).dtype()));
      case BitcastConvert _ -> throw p.refuse("it takes numbers apart; use Convert");
      case Broadcast broadcast -> broadcast(broadcast, p);
      case Reshape _ -> p.give(0, p.emit.reshape(p.cotangent(), p.shape(0)));
      case Transpose(List<Integer> permutation) ->
          p.give(0, p.emit.transpose(p.cotangent(), Emitter.inverse(permutation)));
      case Slice slice -> slice(slice, p);
      case Pad pad -> pad(pad, p);
      case Concatenate(int axis) -> concatenate(axis, p);
      case Reverse reverse -> p.give(0, p.emit.apply(reverse, p.cotangent()));
      case DynamicSlice _ -> dynamicSlice(p);
      case DynamicUpdateSlice _ -> dynamicUpdateSlice(p);
      case Gather gather -> Indexed.gather(gather, p);
      case Scatter scatter -> Indexed.scatter(scatter, p);
      case Dot dot -> Contractions.dot(dot, p);
      case Convolution convolution -> Contractions.convolution(convolution, p);
      case Reduce reduce -> reduce(reduce, p);
      case ReduceWindow window -> Windows.reduce(window, p);
      case SelectAndScatter select -> Windows.selectAndScatter(select, p);
      case Sort sort -> sort(sort, p);
      case Scan scan -> Loops.scan(scan, p);
      case If branches -> Loops.branches(branches, p);
      case OptimizationBarrier _ -> {
        for (int i = 0; i < p.operands().size(); i++) {
          p.give(i, p.cotangent(i));
        }
      }
      case AllReduce(Combiner combiner) -> allReduce(combiner, p);
      case AllGather(int axis, int replicas) ->
          p.give(0, p.emit.apply(new ReduceScatter(Combiner.ADD, axis, replicas), p.cotangent()));
      case ReduceScatter scatter -> reduceScatter(scatter, p);
      case CollectivePermute(List<Integer> sources, List<Integer> targets) ->
          p.give(0, p.emit.apply(new CollectivePermute(targets, sources), p.cotangent()));
      case While _ -> throw p.refuse("its number of iterations is not known; use Scan");
      case CustomCall(String target, _, _) ->
          throw p.refuse("nothing is known of " + target + "; use a composite with a gradient");
      // Without operands, or with results that are no floats: never on a path of cotangents.
      case Constant _, Iota _, RandomBits _, Compare _, ArgReduce _ ->
          throw new IllegalStateException(op.name() + " received a cotangent");
    }
  }

  private static void unary(Unary.Kind kind, Pullback p) {
    var e = p.emit;
    var x = p.operand(0);
    var y = p.result();
    var d = p.cotangent();
    switch (kind) {
      case ABS -> p.give(0, e.multiply(d, e.unary(Unary.Kind.SIGN, x)));
      case NEGATE -> p.give(0, e.negate(d));
      case EXP -> p.give(0, e.multiply(d, y));
      case EXPM1 -> p.give(0, e.multiply(d, e.add(y, 1)));
      case LOG -> p.give(0, e.divide(d, x));
      case LOG1P -> p.give(0, e.divide(d, e.add(x, 1)));
      case TANH -> p.give(0, e.multiply(d, e.subtract(e.fill(y.type(), 1), e.multiply(y, y))));
      case LOGISTIC -> p.give(0, e.multiply(d, e.multiply(y, e.subtract(e.fill(y.type(), 1), y))));
      case SQRT -> p.give(0, e.divide(e.multiply(d, 0.5), y));
      case RSQRT -> p.give(0, e.multiply(e.multiply(d, -0.5), e.divide(y, x)));
      case SIN -> p.give(0, e.multiply(d, e.unary(Unary.Kind.COS, x)));
      case COS -> p.give(0, e.negate(e.multiply(d, e.unary(Unary.Kind.SIN, x))));
      case ERF -> {
        var bell = e.unary(Unary.Kind.EXP, e.negate(e.multiply(x, x)));
        p.give(0, e.multiply(d, e.multiply(bell, 2 / Math.sqrt(Math.PI))));
      }
      // Flat, or no floats: cotangents do not come this way.
      case SIGN, FLOOR, CEIL, ROUND_NEAREST_EVEN, IS_FINITE, NOT ->
          throw new IllegalStateException(kind + " received a cotangent");
    }
  }

  private static void binary(Binary.Kind kind, Pullback p) {
    var e = p.emit;
    var x = p.operand(0);
    var y = p.operand(1);
    var d = p.cotangent();
    switch (kind) {
      case ADD -> {
        p.give(0, d);
        p.give(1, d);
      }
      case SUBTRACT -> {
        p.give(0, d);
        if (p.wants(1)) {
          p.give(1, e.negate(d));
        }
      }
      case MULTIPLY -> {
        if (p.wants(0)) {
          p.give(0, e.multiply(d, y));
        }
        if (p.wants(1)) {
          p.give(1, e.multiply(d, x));
        }
      }
      case DIVIDE -> {
        var perY = e.divide(d, y);
        p.give(0, perY);
        if (p.wants(1)) {
          p.give(1, e.negate(e.multiply(perY, p.result())));
        }
      }
      case REMAINDER -> {
        p.give(0, d);
        if (p.wants(1)) {
          // r = x - y·n, and n is whole: the rounding removes the error of the division.
          var n = e.divide(e.subtract(x, p.result()), y);
          p.give(1, e.negate(e.multiply(d, e.unary(Unary.Kind.ROUND_NEAREST_EVEN, n))));
        }
      }
      case MAXIMUM -> first(e.greater(x, y), p);
      case MINIMUM -> first(e.greater(y, x), p);
      case POWER -> power(p);
      case AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT_LOGICAL, SHIFT_RIGHT_ARITHMETIC ->
          throw new IllegalStateException(kind + " received a cotangent");
    }
  }

  /** All of d to the first operand where the condition holds, else to the second. */
  private static void first(Value condition, Pullback p) {
    if (p.wants(0)) {
      p.give(0, p.emit.where(condition, p.cotangent()));
    }
    if (p.wants(1)) {
      p.give(1, p.emit.where(p.emit.not(condition), p.cotangent()));
    }
  }

  /** dx = d·y·x^(y-1), 0 where y = 0; dy = d·x^y·ln x, 0 where x = 0. */
  private static void power(Pullback p) {
    var e = p.emit;
    var x = p.operand(0);
    var y = p.operand(1);
    var d = p.cotangent();
    var one = e.fill(x.type(), 1);
    var zero = e.fill(x.type(), 0);
    if (p.wants(0)) {
      var exponent = e.select(e.equal(y, zero), one, e.subtract(y, one));
      p.give(0, e.multiply(d, e.multiply(y, e.binary(Binary.Kind.POWER, x, exponent))));
    }
    if (p.wants(1)) {
      var log = e.unary(Unary.Kind.LOG, e.select(e.equal(x, zero), one, x));
      p.give(1, e.multiply(d, e.multiply(p.result(), log)));
    }
  }

  private static void select(Pullback p) {
    var e = p.emit;
    if (p.wants(1)) {
      p.give(1, e.where(p.operand(0), p.cotangent()));
    }
    if (p.wants(2)) {
      p.give(2, e.select(p.operand(0), e.zeros(p.type(2)), p.cotangent()));
    }
  }

  private static void clamp(Pullback p) {
    var e = p.emit;
    var low = p.operand(0);
    var x = p.operand(1);
    var high = p.operand(2);
    var d = p.cotangent();
    var aboveLow = e.greater(x, low);
    if (p.wants(0)) {
      p.give(0, e.where(e.and(e.not(aboveLow), e.greater(high, low)), d));
    }
    if (p.wants(1)) {
      p.give(1, e.where(e.and(aboveLow, e.greater(high, x)), d));
    }
    if (p.wants(2)) {
      var below = e.greater(high, e.binary(Binary.Kind.MAXIMUM, x, low));
      p.give(2, e.where(e.not(below), d));
    }
  }

  private static void broadcast(Broadcast broadcast, Pullback p) {
    var x = p.shape(0);
    var repeated = new ArrayList<>(Emitter.axes(broadcast.shape().rank()));
    for (int i = 0; i < x.rank(); i++) {
      int axis = broadcast.axes().get(i);
      if (x.dimension(i) == broadcast.shape().dimension(axis)) {
        repeated.remove((Integer) axis);
      }
    }
    p.give(0, p.emit.reshape(p.emit.sum(p.cotangent(), repeated), x));
  }

  private static void slice(Slice slice, Pullback p) {
    var high = new ArrayList<Integer>();
    var interior = new ArrayList<Integer>();
    for (int i = 0; i < p.shape(0).rank(); i++) {
      int taken = p.result().type().shape().dimension(i);
      int stride = slice.strides().get(i);
      int extent = taken == 0 ? 0 : (taken - 1) * stride + 1;
      interior.add(stride - 1);
      high.add(p.shape(0).dimension(i) - slice.starts().get(i) - extent);
    }
    var zero = p.emit.zeros(TensorType.of(p.type(0).dtype()));
    p.give(0, p.emit.apply(new Pad(slice.starts(), high, interior), p.cotangent(), zero));
  }

  private static void pad(Pad pad, Pullback p) {
    var e = p.emit;
    var d = p.cotangent();
    if (p.wants(0)) {
      var zero = e.zeros(p.type(1));
      var none = Collections.nCopies(p.shape(0).rank(), 0);
      var cropped = new Pad(negated(pad.low()), negated(pad.high()), none);
      var inner = e.apply(cropped, d, zero);
      var strides = pad.interior().stream().map(i -> i + 1).toList();
      p.give(0, e.apply(new Slice(none, inner.type().shape().dimensions(), strides), inner));
    }
    if (p.wants(1)) {
      var kept = e.zeros(p.type(0).withDType(DType.BOOL));
      var padded = e.apply(pad, kept, e.constant(Literal.scalar(DType.BOOL, 1)));
      p.give(1, e.sumAll(e.where(padded, d)));
    }
  }

  private static List<Integer> negated(List<Integer> numbers) {
    return numbers.stream().map(n -> -n).toList();
  }

  private static void concatenate(int axis, Pullback p) {
    int start = 0;
    for (int i = 0; i < p.operands().size(); i++) {
      int limit = start + p.shape(i).dimension(axis);
      if (p.wants(i)) {
        var d = p.cotangent();
        var starts = new ArrayList<>(Collections.nCopies(d.type().shape().rank(), 0));
        var limits = new ArrayList<>(d.type().shape().dimensions());
        starts.set(axis, start);
        limits.set(axis, limit);
        p.give(
            i, p.emit.apply(new Slice(starts, limits, Collections.nCopies(starts.size(), 1)), d));
      }
      start = limit;
    }
  }

  private static void dynamicSlice(Pullback p) {
    var operands = new ArrayList<>(p.operands());
    operands.set(0, p.emit.zeros(p.type(0)));
    operands.add(1, p.cotangent());
    p.give(0, p.emit.applyAll(new DynamicUpdateSlice(), operands).getFirst());
  }

  private static void dynamicUpdateSlice(Pullback p) {
    var operands = new ArrayList<>(p.operands());
    operands.set(0, p.cotangent());
    if (p.wants(0)) {
      operands.set(1, p.emit.zeros(p.type(1)));
      p.give(0, p.emit.applyAll(new DynamicUpdateSlice(), operands).getFirst());
    }
    if (p.wants(1)) {
      operands.remove(1);
      var slice = new DynamicSlice(p.shape(1).dimensions());
      p.give(1, p.emit.applyAll(slice, operands).getFirst());
    }
  }

  private static void reduce(Reduce reduce, Pullback p) {
    var e = p.emit;
    var axes = reduce.axes();
    switch (reduce.combiner()) {
      case ADD -> p.give(0, e.unreduce(p.cotangent(), p.shape(0), axes));
      case MULTIPLY -> p.through(Products.tree(p.type(0), axes));
      case MAXIMUM, MINIMUM -> {
        var tied = e.equal(p.operand(0), e.unreduce(p.result(), p.shape(0), axes));
        var share = e.divide(p.cotangent(), e.sum(number(tied, p), axes));
        p.give(0, e.where(tied, e.unreduce(share, p.shape(0), axes)));
      }
      case AND, OR -> throw new IllegalStateException("a logical Reduce received a cotangent");
    }
  }

  /** 1 where the condition holds, else 0, in the dtype of the operand. */
  private static Value number(Value condition, Pullback p) {
    return p.emit.convert(condition, p.type(0).dtype());
  }

  /** The operands' old places are sorted along; sorting by them takes the cotangents back. */
  private static void sort(Sort sort, Pullback p) {
    var e = p.emit;
    var sorted = new ArrayList<>(p.operands());
    sorted.add(e.apply(new Iota(new TensorType(DType.I32, p.shape(0)), sort.axis())));
    var back = new ArrayList<>(List.of(e.applyAll(sort, sorted).getLast()));
    var places = new ArrayList<Integer>();
    for (int i = 0; i < p.operands().size(); i++) {
      if (p.wants(i) && p.cotangent(i).isPresent()) {
        back.add(p.cotangent(i).get());
        places.add(i);
      }
    }
    if (places.isEmpty()) {
      return;
    }
    var pulled = e.applyAll(new Sort(sort.axis(), 1, false), back);
    for (int i = 0; i < places.size(); i++) {
      p.give(places.get(i), pulled.get(1 + i));
    }
  }

  /** What is differentiated is the sum over all replicas of their scalars. */
  private static void allReduce(Combiner combiner, Pullback p) {
    var e = p.emit;
    var add = new AllReduce(Combiner.ADD);
    switch (combiner) {
      case ADD -> p.give(0, e.apply(add, p.cotangent()));
      case MAXIMUM, MINIMUM -> {
        var tied = e.equal(p.operand(0), p.result());
        var share = e.divide(e.apply(add, p.cotangent()), e.apply(add, number(tied, p)));
        p.give(0, e.where(tied, share));
      }
      case MULTIPLY -> throw p.refuse("a product over replicas; use AllGather and Reduce");
      case AND, OR -> throw new IllegalStateException("a logical AllReduce received a cotangent");
    }
  }

  private static void reduceScatter(ReduceScatter scatter, Pullback p) {
    var e = p.emit;
    var gather = new AllGather(scatter.axis(), scatter.replicas());
    switch (scatter.combiner()) {
      case ADD -> p.give(0, e.apply(gather, p.cotangent()));
      case MAXIMUM, MINIMUM -> {
        var tied = e.equal(p.operand(0), e.apply(gather, p.result()));
        var count = e.apply(new AllReduce(Combiner.ADD), number(tied, p));
        p.give(0, e.where(tied, e.divide(e.apply(gather, p.cotangent()), count)));
      }
      case MULTIPLY -> throw p.refuse("a product over replicas; use AllGather and Reduce");
      case AND, OR -> throw new IllegalStateException("a logical ReduceScatter met a cotangent");
    }
  }
}
