package dev.backplane.tensor;

import dev.backplane.op.Binary;
import dev.backplane.op.Clamp;
import dev.backplane.op.Combiner;
import dev.backplane.op.Concatenate;
import dev.backplane.op.Dot;
import dev.backplane.op.Gather;
import dev.backplane.op.If;
import dev.backplane.op.Iota;
import dev.backplane.op.Precision;
import dev.backplane.op.Reduce;
import dev.backplane.op.Scan;
import dev.backplane.op.Select;
import dev.backplane.op.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * What one does with tensors beyond the methods of {@link Tensor}. Everywhere numpy's broadcasting.
 */
public final class Ops {
  private Ops() {}

  /** A scalar constant of a tensor's dtype in its scope. */
  public static Tensor like(Tensor tensor, double number) {
    return tensor.scope().constant(Literal.scalar(tensor.dtype(), number));
  }

  /** A tensor filled with one number. */
  public static Tensor fill(Scope scope, TensorType type, double number) {
    return scope.constant(Literal.scalar(type.dtype(), number)).broadcastTo(type.shape());
  }

  /** 0, 1, 2 … along an axis. */
  public static Tensor iota(Scope scope, TensorType type, int axis) {
    return scope.apply(new Iota(type, type.shape().axis(axis)), List.of()).getFirst();
  }

  /** An elementwise function of two operands. */
  public static Tensor binary(Binary.Kind kind, Tensor x, Tensor y) {
    var shape = x.shape().broadcastWith(y.shape());
    return x.broadcastTo(shape).apply(new Binary(kind), y.broadcastTo(shape));
  }

  /** An elementwise function of one operand. */
  public static Tensor unary(Unary.Kind kind, Tensor x) {
    return x.apply(new Unary(kind));
  }

  /** x where the condition holds, else y. */
  public static Tensor where(Tensor condition, Tensor x, Tensor y) {
    var shape = condition.shape().broadcastWith(x.shape()).broadcastWith(y.shape());
    return condition
        .broadcastTo(shape)
        .apply(new Select(), x.broadcastTo(shape), y.broadcastTo(shape));
  }

  /** Clamped to [low, high]. */
  public static Tensor clamp(double low, Tensor x, double high) {
    return like(x, low)
        .broadcastTo(x.shape())
        .apply(new Clamp(), x, like(x, high).broadcastTo(x.shape()));
  }

  /** Combines over the given axes, or all. */
  public static Tensor reduce(Combiner combiner, Tensor x, int... axes) {
    var resolved =
        axes.length == 0
            ? IntStream.range(0, x.shape().rank()).boxed().toList()
            : Arrays.stream(axes).map(x.shape()::axis).boxed().toList();
    return x.apply(new Reduce(combiner, resolved));
  }

  /** Puts back axes of size 1 that a reduction took away. */
  public static Tensor expand(Tensor x, int axis) {
    var dimensions = new ArrayList<>(x.shape().dimensions());
    dimensions.add(axis < 0 ? axis + x.shape().rank() + 1 : axis, 1);
    return x.reshape(dimensions.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Tensors one behind the other along an axis. */
  public static Tensor concatenate(int axis, List<Tensor> tensors) {
    var first = tensors.getFirst();
    return first.scope().apply(new Concatenate(first.shape().axis(axis)), tensors).getFirst();
  }

  /** Rows of a table: [n, …] and integer indices [any] give [any, …]. */
  public static Tensor rows(Tensor table, Tensor indices) {
    return table.apply(Gather.rows(table.shape(), indices.shape()), indices);
  }

  /** 1 where the class index along a new last axis equals the label, else 0. */
  public static Tensor oneHot(Tensor labels, int classes, DType dtype) {
    var shape = labels.shape().append(classes);
    var index = iota(labels.scope(), new TensorType(labels.dtype(), shape), -1);
    return expand(labels, -1).compare(dev.backplane.op.Compare.Direction.EQ, index).cast(dtype);
  }

  /** numpy's matmul: see {@link Tensor#matmul}. */
  public static Tensor matmul(Tensor x, Tensor y) {
    if (x.shape().rank() == 0 || y.shape().rank() == 0) {
      throw new ShapeException(
          "Dot C2: matmul needs operands of rank 1 or more: " + x.type() + " × " + y.type());
    }
    if (y.shape().rank() <= 2) {
      int contract = y.shape().rank() == 2 ? 0 : y.shape().rank() - 1;
      return x.apply(
          new Dot(
              List.of(),
              List.of(),
              List.of(x.shape().rank() - 1),
              List.of(contract),
              x.dtype(),
              Precision.FULL),
          y);
    }
    if (x.shape().rank() == 1) {
      var row = matmul(expand(x, 0), y);
      return row.reshape(
          row.shape().without(List.of(row.shape().rank() - 2)).dimensions().stream()
              .mapToInt(i -> i)
              .toArray());
    }
    var batch =
        new Shape(x.shape().dimensions().subList(0, x.shape().rank() - 2))
            .broadcastWith(new Shape(y.shape().dimensions().subList(0, y.shape().rank() - 2)));
    var left = x.broadcastTo(batch.append(x.shape().dimension(-2)).append(x.shape().last()));
    var right = y.broadcastTo(batch.append(y.shape().dimension(-2)).append(y.shape().last()));
    var axes = IntStream.range(0, batch.rank()).boxed().toList();
    return left.apply(
        new Dot(
            axes,
            axes,
            List.of(batch.rank() + 1),
            List.of(batch.rank()),
            x.dtype(),
            Precision.FULL),
        right);
  }

  /**
   * A loop over the first axis of the scanned tensors; see {@link Scan}.
   *
   * @param carries what goes from one iteration to the next
   * @param scanned tensors [length, …] of which each iteration sees one slice
   * @param invariants what every iteration sees
   * @param reverse from the last slice to the first
   * @param body takes carries, slices, invariants; gives new carries, then slices to be stacked
   * @return the last carries, then the stacked results
   */
  public static Tensors scan(
      Tensors carries,
      Tensors scanned,
      Tensors invariants,
      boolean reverse,
      UnaryOperator<Tensors> body) {
    var operands = new ArrayList<Tensor>(carries.list());
    operands.addAll(scanned.list());
    operands.addAll(invariants.list());
    if (scanned.size() == 0) {
      throw new ShapeException("Scan C2: nothing to scan; scan an iota to count iterations");
    }
    var types = new ArrayList<TensorType>(carries.types());
    scanned.types().forEach(type -> types.add(type.withShape(type.shape().without(List.of(0)))));
    types.addAll(invariants.types());
    var scope = scanned.get(0).scope();
    var graph = scope.trace(types, body::apply);
    int length = scanned.get(0).shape().dimension(0);
    return new Tensors(
        scope.apply(new Scan(graph, length, carries.size(), scanned.size(), reverse), operands));
  }

  /** One of two branches over the same captures; only the chosen one runs. */
  public static Tensors choose(
      Tensor condition,
      Tensors captures,
      UnaryOperator<Tensors> then,
      UnaryOperator<Tensors> otherwise) {
    var scope = condition.scope();
    var operands = new ArrayList<Tensor>();
    operands.add(condition);
    operands.addAll(captures.list());
    return new Tensors(
        scope.apply(
            new If(
                scope.trace(captures.types(), then::apply),
                scope.trace(captures.types(), otherwise::apply)),
            operands));
  }

  /** A pairwise fold of a list of tensors, such as a sum of many. */
  public static Tensor fold(List<Tensor> tensors, BiFunction<Tensor, Tensor, Tensor> function) {
    var result = tensors.getFirst();
    for (var tensor : tensors.subList(1, tensors.size())) {
      result = function.apply(result, tensor);
    }
    return result;
  }
}
