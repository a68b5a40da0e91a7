package dev.backplane.tensor;

import dev.backplane.op.ArgReduce;
import dev.backplane.op.Binary;
import dev.backplane.op.Broadcast;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Convert;
import dev.backplane.op.Op;
import dev.backplane.op.Reshape;
import dev.backplane.op.Slice;
import dev.backplane.op.Transpose;
import dev.backplane.op.Unary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A handle to a value: of a graph while it is traced, of a device otherwise. The arithmetic
 * everybody types is here, with numpy's broadcasting; everything else is a static family over
 * tensors, such as {@link Ops}. A number beside a tensor takes the tensor's dtype.
 */
@ProviderType
public interface Tensor extends AutoCloseable {
  /** Dtype and shape. */
  TensorType type();

  /** The scope it belongs to. */
  Scope scope();

  /**
   * Copies the value to the host.
   *
   * @throws IllegalStateException for a traced tensor, which has no value, or a closed one
   */
  Literal read();

  /** Releases the value early; idempotent. No effect on a traced tensor. */
  @Override
  void close();

  /** The dtype. */
  default DType dtype() {
    return type().dtype();
  }

  /** The shape. */
  default Shape shape() {
    return type().shape();
  }

  /** The result of a one-result op on this and further operands. */
  default Tensor apply(Op op, Tensor... more) {
    var operands = new ArrayList<Tensor>(1 + more.length);
    operands.add(this);
    Collections.addAll(operands, more);
    return scope().apply(op, operands).getFirst();
  }

  /** this + other. */
  default Tensor add(Tensor other) {
    return Ops.binary(Binary.Kind.ADD, this, other);
  }

  /** this + number. */
  default Tensor add(double number) {
    return add(Ops.like(this, number));
  }

  /** this - other. */
  default Tensor sub(Tensor other) {
    return Ops.binary(Binary.Kind.SUBTRACT, this, other);
  }

  /** this - number. */
  default Tensor sub(double number) {
    return sub(Ops.like(this, number));
  }

  /** this · other, elementwise. */
  default Tensor mul(Tensor other) {
    return Ops.binary(Binary.Kind.MULTIPLY, this, other);
  }

  /** this · number. */
  default Tensor mul(double number) {
    return mul(Ops.like(this, number));
  }

  /** this / other, elementwise. */
  default Tensor div(Tensor other) {
    return Ops.binary(Binary.Kind.DIVIDE, this, other);
  }

  /** this / number. */
  default Tensor div(double number) {
    return div(Ops.like(this, number));
  }

  /** this to the power of other, elementwise. */
  default Tensor pow(Tensor other) {
    return Ops.binary(Binary.Kind.POWER, this, other);
  }

  /** -this. */
  default Tensor neg() {
    return apply(new Unary(Unary.Kind.NEGATE));
  }

  /** this · this. */
  default Tensor square() {
    return mul(this);
  }

  /** √this. */
  default Tensor sqrt() {
    return apply(new Unary(Unary.Kind.SQRT));
  }

  /** e^this. */
  default Tensor exp() {
    return apply(new Unary(Unary.Kind.EXP));
  }

  /** ln this. */
  default Tensor log() {
    return apply(new Unary(Unary.Kind.LOG));
  }

  /** this + weight · (other - this), computed as this·(1 - weight) + other·weight. */
  default Tensor lerp(Tensor other, double weight) {
    return mul(1 - weight).add(other.mul(weight));
  }

  /** Elementwise maximum. */
  default Tensor maximum(Tensor other) {
    return Ops.binary(Binary.Kind.MAXIMUM, this, other);
  }

  /** Elementwise minimum. */
  default Tensor minimum(Tensor other) {
    return Ops.binary(Binary.Kind.MINIMUM, this, other);
  }

  /** Elementwise comparison; gives bool. */
  default Tensor compare(Compare.Direction direction, Tensor other) {
    var shape = shape().broadcastWith(other.shape());
    return broadcastTo(shape).apply(new Compare(direction), other.broadcastTo(shape));
  }

  /** The matrix product; leading axes are batch axes and broadcast. Vectors as in numpy. */
  default Tensor matmul(Tensor other) {
    return Ops.matmul(this, other);
  }

  /** The sum over all axes, or over the given ones, which disappear. */
  default Tensor sum(int... axes) {
    return Ops.reduce(Combiner.ADD, this, axes);
  }

  /** The mean over all axes, or over the given ones, which disappear. */
  default Tensor mean(int... axes) {
    var sum = sum(axes);
    return sum.div((double) shape().size() / Math.max(1, sum.shape().size()));
  }

  /** The largest element over all axes, or over the given ones, which disappear. */
  default Tensor max(int... axes) {
    return Ops.reduce(Combiner.MAXIMUM, this, axes);
  }

  /** The i32 index of the largest element along an axis, which disappears. */
  default Tensor argMax(int axis) {
    return apply(new ArgReduce(ArgReduce.Kind.MAXIMUM, shape().axis(axis), DType.I32));
  }

  /** The same elements under another shape; one dimension may be -1, which is computed. */
  default Tensor reshape(int... dimensions) {
    var known = dimensions.clone();
    for (int i = 0; i < known.length; i++) {
      if (known[i] == -1) {
        long rest = 1;
        for (int j = 0; j < known.length; j++) {
          rest *= j == i ? 1 : known[j];
        }
        known[i] = Math.toIntExact(rest == 0 ? 0 : shape().size() / rest);
      }
    }
    var target = Shape.of(known);
    return target.equals(shape()) ? this : apply(new Reshape(target));
  }

  /** Axes reordered; without arguments reversed. */
  default Tensor transpose(int... permutation) {
    var order =
        permutation.length == 0
            ? IntStream.range(0, shape().rank()).map(i -> shape().rank() - 1 - i)
            : Arrays.stream(permutation).map(shape()::axis);
    return apply(new Transpose(order.boxed().toList()));
  }

  /** The elements start … limit-1 along one axis. */
  default Tensor slice(int axis, int start, int limit) {
    int at = shape().axis(axis);
    var starts = new ArrayList<>(Collections.nCopies(shape().rank(), 0));
    var limits = new ArrayList<>(shape().dimensions());
    starts.set(at, start);
    limits.set(at, limit);
    return apply(new Slice(starts, limits, Collections.nCopies(shape().rank(), 1)));
  }

  /** Repeated to a shape, by numpy's rule. */
  default Tensor broadcastTo(Shape shape) {
    if (shape.equals(shape())) {
      return this;
    }
    int offset = shape.rank() - shape().rank();
    if (offset < 0) {
      throw new ShapeException("Broadcast C1: " + shape() + " does not broadcast to " + shape);
    }
    return apply(new Broadcast(shape, IntStream.range(offset, shape.rank()).boxed().toList()));
  }

  /** The values in another dtype. */
  default Tensor cast(DType dtype) {
    return dtype == dtype() ? this : apply(new Convert(dtype));
  }

  /** The tensors as a list, for ops of several operands. */
  default List<Tensor> with(Tensor... more) {
    var all = new ArrayList<Tensor>();
    all.add(this);
    Collections.addAll(all, more);
    return all;
  }
}
