package dev.backplane.runtime.gradient;

import dev.backplane.graph.Value;
import dev.backplane.op.Clamp;
import dev.backplane.op.Combiner;
import dev.backplane.op.Compare;
import dev.backplane.op.Gather;
import dev.backplane.op.Reduce;
import dev.backplane.op.Scatter;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradients of Gather and Scatter, each made of the other. Gather clamps a place outside,
 * Scatter leaves it out: the indices are clamped, or the cotangent masked, to make them match.
 */
final class Indexed {
  private Indexed() {}

  static void gather(Gather gather, Pullback p) {
    for (int axis : gather.collapsedAxes()) {
      if (gather.sliceSizes().get(axis) == 0) {
        return;
      }
    }
    var e = p.emit;
    var indices = p.operand(1);
    var last = last(gather.startAxes(), p.shape(0), gather.sliceSizes());
    var low = e.zeros(indices.type());
    var high = along(e, indices.type(), gather.indexAxis(), last);
    var clamped = e.apply(new Clamp(), low, indices, high);
    var scatter =
        new Scatter(
            Scatter.Mode.ADD,
            gather.offsetAxes(),
            gather.collapsedAxes(),
            gather.startAxes(),
            gather.indexAxis());
    // Low precision would round after every addition.
    var wide = p.type(0).dtype().accumulator();
    var zeros = e.zeros(p.type(0).withDType(wide));
    var sum = e.apply(scatter, zeros, clamped, e.convert(p.cotangent(), wide));
    p.give(0, e.convert(sum, p.type(0).dtype()));
  }

  static void scatter(Scatter scatter, Pullback p) {
    if (p.shape(0).size() == 0) {
      return;
    }
    switch (scatter.mode()) {
      case ADD -> {
        p.give(0, p.cotangent());
        if (p.wants(2)) {
          p.give(2, p.emit.where(inside(scatter, p), at(scatter, p, p.cotangent())));
        }
      }
      case ASSIGN -> assign(scatter, p);
      case MAXIMUM, MINIMUM -> extreme(scatter, p);
      case MULTIPLY -> multiply(scatter, p);
    }
  }

  /** Of several updates of one element only the last one counts. */
  private static void assign(Scatter scatter, Pullback p) {
    var e = p.emit;
    var d = p.cotangent();
    if (p.wants(0)) {
      p.give(0, e.apply(scatter, d, p.operand(1), e.zeros(p.type(2))));
    }
    if (p.wants(2)) {
      var ordinals = e.ordinals(DType.I32, p.shape(2));
      var nobody = e.fill(p.type(0).withDType(DType.I32), -1);
      var winner = e.apply(scatter, nobody, p.operand(1), ordinals);
      var won = e.and(inside(scatter, p), e.equal(ordinals, at(scatter, p, winner)));
      p.give(2, e.where(won, at(scatter, p, d)));
    }
  }

  /** Shared evenly by x and all updates that reach the result. */
  private static void extreme(Scatter scatter, Pullback p) {
    var e = p.emit;
    var tied = e.equal(p.operand(0), p.result());
    var reached = e.and(inside(scatter, p), e.equal(p.operand(2), at(scatter, p, p.result())));
    var wide = p.type(0).dtype().accumulator();
    var add = mode(scatter, Scatter.Mode.ADD);
    var count = e.apply(add, e.convert(tied, wide), p.operand(1), e.convert(reached, wide));
    var share = e.convert(e.divide(e.convert(p.cotangent(), wide), count), p.type(0).dtype());
    if (p.wants(0)) {
      p.give(0, e.where(tied, share));
    }
    if (p.wants(2)) {
      p.give(2, e.where(reached, at(scatter, p, share)));
    }
  }

  /** Of x by the product of the updates; of the updates there is no rule that bears zeros. */
  private static void multiply(Scatter scatter, Pullback p) {
    if (p.wants(2)) {
      throw p.refuse(
          "the updates of a MULTIPLY may meet in one element; use ADD of logarithms, or one Gather"
              + " and one ASSIGN where no element is met twice");
    }
    var e = p.emit;
    var factor = e.apply(scatter, e.fill(p.type(0), 1), p.operand(1), p.operand(2));
    p.give(0, e.multiply(p.cotangent(), factor));
  }

  private static Scatter mode(Scatter scatter, Scatter.Mode mode) {
    return new Scatter(
        mode,
        scatter.windowAxes(),
        scatter.insertedAxes(),
        scatter.targetAxes(),
        scatter.indexAxis());
  }

  /** The elements of a value shaped as x that the updates meet, shaped as the updates. */
  private static Value at(Scatter scatter, Pullback p, Value x) {
    var gather =
        new Gather(
            scatter.windowAxes(),
            scatter.insertedAxes(),
            scatter.targetAxes(),
            scatter.indexAxis(),
            windowSizes(scatter, p));
    return p.emit.apply(gather, x, p.operand(1));
  }

  /** Shaped as the updates: whether the slice an element belongs to lies wholly within x. */
  private static Value inside(Scatter scatter, Pullback p) {
    var e = p.emit;
    var indices = p.operand(1);
    var last = last(scatter.targetAxes(), p.shape(0), windowSizes(scatter, p));
    var high = along(e, indices.type(), scatter.indexAxis(), last);
    var fits =
        e.and(
            e.compare(Compare.Direction.GE, indices, e.zeros(indices.type())),
            e.compare(Compare.Direction.LE, indices, high));
    if (scatter.indexAxis() < indices.type().shape().rank()) {
      fits = e.apply(new Reduce(Combiner.AND, List.of(scatter.indexAxis())), fits);
    }
    return e.unreduce(fits, p.shape(2), scatter.windowAxes());
  }

  private static List<Integer> windowSizes(Scatter scatter, Pullback p) {
    var sizes = new ArrayList<Integer>();
    int next = 0;
    for (int axis = 0; axis < p.shape(0).rank(); axis++) {
      sizes.add(
          scatter.insertedAxes().contains(axis)
              ? Integer.valueOf(1)
              : Integer.valueOf(p.shape(2).dimension(scatter.windowAxes().get(next++))));
    }
    return sizes;
  }

  /** The last start, per entry of an index vector, at which a slice lies within x. */
  private static List<Integer> last(List<Integer> axes, Shape x, List<Integer> sizes) {
    return axes.stream().map(axis -> x.dimension(axis) - sizes.get(axis)).toList();
  }

  /** One number per entry of the index vectors, in the indices' type. */
  private static Value along(Emitter e, TensorType indices, int indexAxis, List<Integer> numbers) {
    long most = largest(indices.dtype());
    var vector =
        Literal.fill(
            TensorType.of(indices.dtype(), numbers.size()), i -> Math.min(numbers.get(i), most));
    var constant = e.constant(vector);
    return indexAxis == indices.shape().rank()
        ? e.broadcast(e.reshape(constant, Shape.scalar()), indices.shape(), List.of())
        : e.broadcast(constant, indices.shape(), List.of(indexAxis));
  }

  /** The largest index the dtype can hold: every bound above it is no bound. */
  private static long largest(DType dtype) {
    return switch (dtype) {
      case I8 -> Byte.MAX_VALUE;
      case U8 -> 255;
      case I32, U32, I64 -> Integer.MAX_VALUE;
      case F64, F32, BF16, F16, BOOL ->
          throw new IllegalStateException(dtype + " is not a dtype of indices");
    };
  }
}
