package dev.backplane.nn;

import dev.backplane.op.Binary;
import dev.backplane.op.RandomBits;
import dev.backplane.op.Unary;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import java.util.List;

/**
 * A stream of random numbers, pure: the same key, step, iteration, replica and stream give the same
 * numbers on every backend, on resume and on replay.
 *
 * @param key u32[2], the seed
 * @param step u32[], the training step
 * @param iteration u32[], the iteration of the surrounding scan; 0 outside
 * @param replica u32[], which replica this is; the numbers continue from replica to replica
 * @param stream the hash of the layer's path and the ordinal of the draw
 */
public record Draw(Tensor key, Tensor step, Tensor iteration, Tensor replica, int stream) {
  /** Uniform random bits: u32 of the shape. */
  public Tensor bits(Shape shape) {
    var size = key.scope().constant(Literal.scalar(DType.U32, shape.size()));
    return key.scope()
        .apply(new RandomBits(shape, stream), List.of(key, step, iteration, replica.mul(size)))
        .getFirst();
  }

  /** Uniform f32 in [0, 1): the upper 24 bits, times 2^-24. */
  public Tensor uniform(Shape shape) {
    var bits = bits(shape);
    return Ops.binary(Binary.Kind.SHIFT_RIGHT_LOGICAL, bits, Ops.like(bits, 8))
        .cast(DType.F32)
        .mul(0x1p-24);
  }

  /**
   * Standard normal f32 by Box and Muller (1958): √(-2 ln(1 - u)) · cos(2πv) of two uniform draws
   * that lie one behind the other.
   */
  public Tensor normal(Shape shape) {
    var both = uniform(shape.prepend(2));
    var dimensions = shape.dimensions().stream().mapToInt(Integer::intValue).toArray();
    var u = both.slice(0, 0, 1).reshape(dimensions);
    var v = both.slice(0, 1, 2).reshape(dimensions);
    var radius = u.neg().apply(new Unary(Unary.Kind.LOG1P)).mul(-2).sqrt();
    return radius.mul(v.mul(2 * Math.PI).apply(new Unary(Unary.Kind.COS)));
  }

  /** The same stream inside the body of a scan, on the body's own tensors. */
  public Draw inside(Tensor key, Tensor step, Tensor iteration, Tensor replica) {
    return new Draw(key, step, iteration, replica, stream);
  }
}
