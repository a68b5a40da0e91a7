package dev.backplane.tck;

import dev.backplane.graph.Graph;
import dev.backplane.op.AllGather;
import dev.backplane.op.AllReduce;
import dev.backplane.op.Attributes;
import dev.backplane.op.Binary;
import dev.backplane.op.CollectivePermute;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Convert;
import dev.backplane.op.CustomCall;
import dev.backplane.op.If;
import dev.backplane.op.Primitive;
import dev.backplane.op.ReduceScatter;
import dev.backplane.op.Reverse;
import dev.backplane.op.Scan;
import dev.backplane.op.While;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Scan, While, If, CustomCall, AllReduce, AllGather, ReduceScatter, CollectivePermute. */
final class ControlCases {
  private ControlCases() {}

  static List<Family> all(int replicas) {
    var families = new ArrayList<Family>();
    for (var dtype : DType.values()) {
      add(families, Scan.class, "", dtype, (draw, i) -> scan(draw, i, dtype));
      add(families, Scan.class, "NESTED", dtype, (draw, i) -> nested(draw, i, dtype));
      add(families, While.class, "", dtype, (draw, i) -> whileLoop(draw, i, dtype));
      add(families, If.class, "", dtype, (draw, i) -> ifElse(draw, i, dtype));
      add(families, CustomCall.class, "", dtype, (draw, i) -> customCall(draw, i, dtype));
      add(families, AllGather.class, "", dtype, (draw, i) -> allGather(draw, i, dtype, replicas));
      add(
          families,
          CollectivePermute.class,
          "",
          dtype,
          (draw, i) -> permute(draw, i, dtype, replicas));
      for (var combiner : Combiner.values()) {
        if (combiner.accepts(dtype)) {
          var name = combiner.name();
          add(
              families,
              AllReduce.class,
              name,
              dtype,
              (draw, i) ->
                  spread(
                      new AllReduce(combiner),
                      () -> ReductionCases.values(draw, combiner, type(draw, i, dtype), i),
                      replicas,
                      draw,
                      i));
          add(
              families,
              ReduceScatter.class,
              name,
              dtype,
              (draw, i) -> reduceScatter(draw, i, combiner, dtype, replicas));
        }
      }
    }
    return families;
  }

  private static void add(
      List<Family> families,
      Class<? extends Primitive> primitive,
      String variant,
      DType dtype,
      Family.Maker maker) {
    families.add(new Family(primitive, variant, dtype, variant.isEmpty() ? 50 : 25, maker));
  }

  private static TensorType type(Draw draw, int index, DType dtype) {
    return new TensorType(dtype, draw.full(index));
  }

  /** What two values make of one: a sum, or of bools the difference. */
  private static Primitive step(DType dtype) {
    return new Binary(dtype == DType.BOOL ? Binary.Kind.XOR : Binary.Kind.ADD);
  }

  /** carry' = carry ∘ slice ∘ invariant; stacks carry', and the slice reversed. */
  private static Case scan(Draw draw, int index, DType dtype) {
    var type = new TensorType(dtype, index == 1 ? Shape.of(2, 0) : draw.full(index));
    int length = index == 0 ? 0 : draw.between(1, 20);
    var builder = new Graph.Builder();
    var carry = builder.input(type);
    var slice = builder.input(type);
    var invariant = builder.input(type);
    var next = builder.apply(step(dtype), builder.apply(step(dtype), carry, slice), invariant);
    var reversed = builder.apply(new Reverse(List.of(0)), slice);
    var body = builder.build(List.of(next, next, reversed));
    return Case.of(
        new Scan(body, length, 1, 1, index % 2 == 1),
        small(draw, type),
        small(draw, type.withShape(type.shape().prepend(length))),
        small(draw, type));
  }

  /**
   * A scan of two carries with a scan and a branch in its body. An iteration adds a slice to the
   * first carry a few times, backwards over a loop of its own, and where a scanned condition holds
   * the carries change places. Stacks the carry as it comes in, the inner stack, and the condition.
   */
  private static Case nested(Draw draw, int index, DType dtype) {
    var type = new TensorType(dtype, index == 1 ? Shape.of(2, 0) : draw.full(index));
    int length = index == 0 ? 0 : draw.between(1, 6);
    int inner = draw.between(0, 3);
    var once = new Graph.Builder();
    var sum = once.input(type);
    var part = once.input(type);
    var more = once.apply(step(dtype), sum, once.input(type));
    var again = new Scan(once.build(List.of(more, part)), inner, 1, 1, true);
    var body = new Graph.Builder();
    var first = body.input(type);
    var second = body.input(type);
    var slice = body.input(type);
    var holds = body.input(TensorType.of(DType.BOOL));
    var parts = body.input(type.withShape(type.shape().prepend(inner)));
    var added = body.apply(again, List.of(first, parts, slice), "");
    var changed =
        body.apply(
            new If(exchange(type, 1), exchange(type, 0)),
            List.of(holds, added.getFirst(), second),
            "");
    var outputs = new ArrayList<>(changed);
    outputs.addAll(List.of(first, added.getLast(), holds));
    return Case.of(
        new Scan(body.build(outputs), length, 2, 2, index % 2 == 1),
        small(draw, type),
        small(draw, type),
        small(draw, type.withShape(type.shape().prepend(length))),
        draw.any(TensorType.of(DType.BOOL, length), index),
        small(draw, type.withShape(type.shape().prepend(inner))));
  }

  /** Gives two values, the one of that index first. */
  private static Graph exchange(TensorType type, int first) {
    var builder = new Graph.Builder();
    var both = List.of(builder.input(type), builder.input(type));
    return builder.build(List.of(both.get(first), both.get(1 - first)));
  }

  /** Positive, so that sums do not cancel and the tolerance means something. */
  private static Literal small(Draw draw, TensorType type) {
    return draw.within(type, type.dtype().isInteger() ? 0 : 0.5, 3);
  }

  /** Runs a counted number of times: (i, x) → (i + 1, x ∘ invariant) while i below a limit. */
  private static Case whileLoop(Draw draw, int index, DType dtype) {
    var type = type(draw, index, dtype);
    var count = TensorType.of(DType.I32);
    var condition = new Graph.Builder();
    var i = condition.input(count);
    condition.input(type);
    var limit = condition.input(count);
    condition.input(type);
    var below = condition.apply(new Compare(Compare.Direction.LT), i, limit);
    var body = new Graph.Builder();
    var counter = body.input(count);
    var x = body.input(type);
    body.input(count);
    var invariant = body.input(type);
    var one = body.apply(new dev.backplane.op.Constant(Literal.scalar(DType.I32, 1L)));
    var outputs =
        List.of(
            body.apply(new Binary(Binary.Kind.ADD), counter, one),
            body.apply(step(dtype), x, invariant));
    return Case.of(
        new While(condition.build(List.of(below)), body.build(outputs), 2),
        Literal.scalar(DType.I32, 0L),
        small(draw, type),
        Literal.scalar(DType.I32, (long) draw.between(index == 0 ? 0 : 1, 12)),
        small(draw, type));
  }

  private static Case ifElse(Draw draw, int index, DType dtype) {
    var type = type(draw, index, dtype);
    var then = new Graph.Builder();
    var x = then.input(type);
    var y = then.input(type);
    var sum = then.build(List.of(then.apply(step(dtype), x, y), x));
    var otherwise = new Graph.Builder();
    var first = otherwise.input(type);
    var second = otherwise.input(type);
    var truth = otherwise.apply(new Convert(DType.BOOL), first);
    var back = otherwise.apply(new Convert(dtype), truth);
    var other = otherwise.build(List.of(second, back));
    return Case.of(
        new If(sum, other),
        Literal.scalar(DType.BOOL, index % 2),
        draw.any(type, index),
        draw.any(type, index));
  }

  private static Case customCall(Draw draw, int index, DType dtype) {
    var type = type(draw, index, dtype);
    return Case.of(
        new CustomCall("dev.backplane.tck.unknown", Attributes.none(), List.of(type)),
        draw.any(type, index));
  }

  /** The same op on every replica, each with values of its own and one type. */
  private static Case spread(
      Primitive op,
      java.util.function.Supplier<Literal> first,
      int replicas,
      Draw draw,
      int index) {
    var inputs = new ArrayList<Literal>();
    inputs.add(first.get());
    var type = inputs.getFirst().type();
    for (int replica = 1; replica < replicas; replica++) {
      inputs.add(another(op, draw, type, index));
    }
    return new Case("", op, inputs, replicas);
  }

  private static Literal another(Primitive op, Draw draw, TensorType type, int index) {
    return switch (op) {
      case AllReduce all -> ReductionCases.values(draw, all.combiner(), type, index);
      case ReduceScatter part -> ReductionCases.values(draw, part.combiner(), type, index);
      case Primitive moves -> draw.any(type, index);
    };
  }

  private static Case allGather(Draw draw, int index, DType dtype, int replicas) {
    var type = type(draw, index, dtype);
    var op = new AllGather(draw.between(0, type.shape().rank() - 1), replicas);
    return spread(op, () -> draw.any(type, index), replicas, draw, index);
  }

  private static Case reduceScatter(
      Draw draw, int index, Combiner combiner, DType dtype, int replicas) {
    var shape = draw.full(index);
    int axis = draw.between(0, shape.rank() - 1);
    var type = new TensorType(dtype, shape.with(axis, shape.dimension(axis) * replicas));
    return spread(
        new ReduceScatter(combiner, axis, replicas),
        () -> ReductionCases.values(draw, combiner, type, index),
        replicas,
        draw,
        index);
  }

  private static Case permute(Draw draw, int index, DType dtype, int replicas) {
    int pairs = draw.between(0, replicas);
    var op =
        new CollectivePermute(
            draw.permutation(replicas).subList(0, pairs),
            draw.permutation(replicas).subList(0, pairs));
    return spread(op, () -> draw.any(type(draw, index, dtype), index), replicas, draw, index);
  }
}
