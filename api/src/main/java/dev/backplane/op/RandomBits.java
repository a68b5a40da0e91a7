package dev.backplane.op;

import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Uniform random bits, a pure function of its operands: Philox4x32-10 (Salmon et al., 2011).
 * Operands: key u32[2] (the seed, low word first), step u32[], iteration u32[] (of the surrounding
 * scan, else 0), offset u32[] (the row-major index of this replica's first element in the global
 * tensor).
 *
 * <p>Element i of the u32 result, with j = offset + i (mod 2^32), is word j mod 4 of the block of
 * counter (j / 4, iteration, step, stream), c0 first.
 *
 * <ul>
 *   <li>C1: operands u32[2], u32[], u32[], u32[].
 * </ul>
 *
 * @param shape the shape of the result
 * @param stream the stream: a hash of the layer's path and the ordinal of the draw in that layer
 */
public record RandomBits(Shape shape, int stream) implements Primitive {
  @Override
  public List<TensorType> infer(List<TensorType> operands) {
    var scalar = TensorType.of(DType.U32);
    Check.equal(
        "RandomBits C1",
        "operands",
        List.of(TensorType.of(DType.U32, 2), scalar, scalar, scalar),
        operands);
    return List.of(new TensorType(DType.U32, shape));
  }
}
