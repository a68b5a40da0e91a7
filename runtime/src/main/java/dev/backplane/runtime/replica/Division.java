package dev.backplane.runtime.replica;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Node;
import dev.backplane.graph.Value;
import dev.backplane.op.AllGather;
import dev.backplane.op.Binary;
import dev.backplane.op.BitcastConvert;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Clamp;
import dev.backplane.op.Compare;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.DynamicSlice;
import dev.backplane.op.Iota;
import dev.backplane.op.Op;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Reshape;
import dev.backplane.op.Select;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A replica's program, or the body of one of its loops, while it is written. What all replicas have
 * becomes a part of it by a slice, or by computing only that part, where it is made of parts just
 * as well: numbers, random bits and what is computed of them element by element.
 */
final class Division {
  private final int replicas;
  private final Graph.Builder builder = new Graph.Builder();
  private final Map<Value, Node> makers = new HashMap<>();
  private final Map<Share, Value> parts = new HashMap<>();
  private Optional<Value> number = Optional.empty();

  Division(int replicas) {
    this.replicas = replicas;
  }

  int replicas() {
    return replicas;
  }

  Graph.Builder builder() {
    return builder;
  }

  /** The number of the replica, i32 []. */
  Value number() {
    return number.orElseThrow();
  }

  void number(Value value) {
    number = Optional.of(value);
  }

  List<Value> write(Op op, List<Value> operands, String origin) {
    var results = builder.apply(op, operands, origin);
    var node = new Node(op, operands, results, origin);
    results.forEach(result -> makers.put(result, node));
    return results;
  }

  Value one(Op op, String origin, Value... operands) {
    return write(op, List.of(operands), origin).getFirst();
  }

  /** Whether an axis can be divided evenly. */
  boolean divides(Shape shape, int axis) {
    return shape.dimension(axis) > 0 && shape.dimension(axis) % replicas == 0;
  }

  /** The shape of a part. */
  Shape local(Shape whole, int axis) {
    return whole.with(axis, whole.dimension(axis) / replicas);
  }

  /** Everything, gathered from all replicas where each has a part. */
  Value whole(Share share, String origin) {
    return share.isWhole()
        ? share.value()
        : one(new AllGather(share.axis(), replicas), origin, share.value());
  }

  /** This replica's part along an axis that can be divided. */
  Value part(Share share, int axis, String origin) {
    if (share.axis() == axis) {
      return share.value();
    }
    var whole = whole(share, origin);
    var key = new Share(whole, axis);
    var known = parts.get(key);
    if (known != null) {
      return known;
    }
    var part = made(whole, axis, origin);
    parts.put(key, part);
    return part;
  }

  private Value made(Value whole, int axis, String origin) {
    var maker = makers.get(whole);
    if (maker == null) {
      return slice(whole, axis, origin);
    }
    var local = local(whole.type().shape(), axis);
    return switch (maker.op()) {
      case Unary _, Binary _, Compare _, Select _, Clamp _, Convert _, BitcastConvert _ -> {
        var operands =
            maker.operands().stream().map(x -> part(Share.whole(x), axis, origin)).toList();
        yield write(maker.op(), operands, maker.origin()).getFirst();
      }
      case Broadcast(Shape _, List<Integer> axes) -> {
        var x = maker.operands().getFirst();
        int from = axes.indexOf(axis);
        boolean repeated = from < 0 || x.type().shape().dimension(from) == 1;
        var operand = repeated ? x : part(Share.whole(x), from, origin);
        yield one(new Broadcast(local, axes), maker.origin(), operand);
      }
      case Iota iota when iota.axis() != axis ->
          one(new Iota(iota.type().withShape(local), iota.axis()), maker.origin());
      case RandomBits bits when isLeading(bits.shape(), axis) -> {
        var operands = new ArrayList<>(maker.operands());
        var skipped =
            one(
                new Binary(Binary.Kind.MULTIPLY),
                origin,
                one(new Convert(DType.U32), origin, number()),
                constant(Literal.scalar(DType.U32, local.size()), origin));
        operands.set(3, one(new Binary(Binary.Kind.ADD), origin, operands.get(3), skipped));
        yield write(new RandomBits(local, bits.stream()), operands, maker.origin()).getFirst();
      }
      case Reshape _ -> {
        var x = maker.operands().getFirst();
        int from = sameAxis(whole.type().shape(), axis, x.type().shape());
        yield from < 0
            ? slice(whole, axis, origin)
            : one(new Reshape(local), maker.origin(), part(Share.whole(x), from, origin));
      }
      default -> slice(whole, axis, origin);
    };
  }

  /** Whether parts along an axis lie one behind the other. */
  private static boolean isLeading(Shape shape, int axis) {
    return shape.dimensions().subList(0, axis).stream().allMatch(dimension -> dimension == 1);
  }

  private Value constant(Literal literal, String origin) {
    return one(new Constant(literal), origin);
  }

  private Value slice(Value whole, int axis, String origin) {
    var local = local(whole.type().shape(), axis);
    var zero = constant(Literal.scalar(DType.I32, 0L), origin);
    var size = constant(Literal.scalar(DType.I32, (long) local.dimension(axis)), origin);
    var operands = new ArrayList<Value>();
    operands.add(whole);
    for (int i = 0; i < local.rank(); i++) {
      operands.add(
          i == axis ? one(new Binary(Binary.Kind.MULTIPLY), origin, number(), size) : zero);
    }
    return write(new DynamicSlice(local.dimensions()), operands, origin).getFirst();
  }

  /**
   * The axis of a reshaped value whose parts are those of an axis of the value before: with as much
   * before it. -1 if there is none that can be divided.
   */
  int sameAxis(Shape from, int axis, Shape to) {
    long before = product(from, axis);
    for (int i = 0; i < to.rank(); i++) {
      if (product(to, i) == before && to.dimension(i) > 1 && divides(to, i)) {
        return i;
      }
    }
    return -1;
  }

  private static long product(Shape shape, int axis) {
    return shape.dimensions().subList(0, axis).stream()
        .mapToLong(d -> d)
        .reduce(1, (a, b) -> a * b);
  }
}
