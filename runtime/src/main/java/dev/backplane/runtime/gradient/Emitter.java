package dev.backplane.runtime.gradient;

import dev.backplane.graph.Graph;
import dev.backplane.graph.Value;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Constant;
import dev.backplane.op.Convert;
import dev.backplane.op.Iota;
import dev.backplane.op.Op;
import dev.backplane.op.Reduce;
import dev.backplane.op.Reshape;
import dev.backplane.op.Select;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The vocabulary in which rules are written: each word appends the nodes it needs. Words that would
 * change nothing append nothing.
 *
 * @param builder where the nodes go
 * @param origin the origin of every node emitted: that of the forward node
 */
record Emitter(Graph.Builder builder, String origin) {
  Value apply(Op op, Value... operands) {
    return applyAll(op, List.of(operands)).getFirst();
  }

  List<Value> applyAll(Op op, List<Value> operands) {
    return builder.apply(op, operands, origin);
  }

  Value constant(Literal literal) {
    return apply(new Constant(literal));
  }

  /** A value filled with one number, never materialised: a scalar, broadcast. */
  Value fill(TensorType type, double number) {
    return broadcast(constant(Literal.scalar(type.dtype(), number)), type.shape(), List.of());
  }

  Value zeros(TensorType type) {
    return fill(type, 0);
  }

  Value unary(Unary.Kind kind, Value x) {
    return apply(new Unary(kind), x);
  }

  Value binary(Binary.Kind kind, Value x, Value y) {
    return apply(new Binary(kind), x, y);
  }

  Value negate(Value x) {
    return unary(Unary.Kind.NEGATE, x);
  }

  Value add(Value x, Value y) {
    return binary(Binary.Kind.ADD, x, y);
  }

  Value subtract(Value x, Value y) {
    return binary(Binary.Kind.SUBTRACT, x, y);
  }

  Value multiply(Value x, Value y) {
    return binary(Binary.Kind.MULTIPLY, x, y);
  }

  Value divide(Value x, Value y) {
    return binary(Binary.Kind.DIVIDE, x, y);
  }

  Value add(Value x, double number) {
    return add(x, fill(x.type(), number));
  }

  Value multiply(Value x, double number) {
    return multiply(x, fill(x.type(), number));
  }

  Value compare(Compare.Direction direction, Value x, Value y) {
    return apply(new Compare(direction), x, y);
  }

  Value greater(Value x, Value y) {
    return compare(Compare.Direction.GT, x, y);
  }

  Value equal(Value x, Value y) {
    return compare(Compare.Direction.EQ, x, y);
  }

  Value and(Value x, Value y) {
    return binary(Binary.Kind.AND, x, y);
  }

  Value not(Value x) {
    return unary(Unary.Kind.NOT, x);
  }

  Value select(Value condition, Value x, Value y) {
    return apply(new Select(), condition, x, y);
  }

  /** x where the condition holds, else 0. */
  Value where(Value condition, Value x) {
    return select(condition, x, zeros(x.type()));
  }

  Value convert(Value x, DType dtype) {
    return x.type().dtype() == dtype ? x : apply(new Convert(dtype), x);
  }

  Value reshape(Value x, Shape shape) {
    return x.type().shape().equals(shape) ? x : apply(new Reshape(shape), x);
  }

  Value broadcast(Value x, Shape shape, List<Integer> axes) {
    return x.type().shape().equals(shape) ? x : apply(new Broadcast(shape, axes), x);
  }

  /** Puts back the axes that a reduction took away, by repetition. */
  Value unreduce(Value x, Shape shape, List<Integer> reduced) {
    return broadcast(
        x,
        shape,
        IntStream.range(0, shape.rank()).boxed().filter(a -> !reduced.contains(a)).toList());
  }

  Value transpose(Value x, List<Integer> permutation) {
    return isIdentity(permutation) ? x : apply(new Transpose(permutation), x);
  }

  Value sum(Value x, List<Integer> axes) {
    return axes.isEmpty() ? x : apply(new Reduce(Combiner.ADD, axes), x);
  }

  Value sumAll(Value x) {
    return sum(x, axes(x.type().shape().rank()));
  }

  /** The row-major number of each element. */
  Value ordinals(DType dtype, Shape shape) {
    var flat = Shape.of(Math.toIntExact(shape.size()));
    return reshape(apply(new Iota(new TensorType(dtype, flat), 0)), shape);
  }

  /** 0, 1 … rank-1. */
  static List<Integer> axes(int rank) {
    return IntStream.range(0, rank).boxed().toList();
  }

  static boolean isIdentity(List<Integer> permutation) {
    return permutation.equals(axes(permutation.size()));
  }

  static List<Integer> inverse(List<Integer> permutation) {
    var inverse = new ArrayList<>(permutation);
    for (int i = 0; i < permutation.size(); i++) {
      inverse.set(permutation.get(i), i);
    }
    return List.copyOf(inverse);
  }
}
