package dev.backplane.backend.cpu.program;

import dev.backplane.backend.cpu.convolution.Finite;
import dev.backplane.backend.cpu.movement.StridedCopy;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Shape;
import java.util.ArrayList;

/**
 * Where the elements of a convolution's kernel lie that a part of it reads.
 *
 * @param shape of the kernel, with the output features of the part
 * @param strides element strides of the whole kernel
 * @param runs how many runs of neighbours there are
 * @param run elements of a run
 * @param step elements from run to run
 * @param start elements before the first
 * @param reversed the element before which nothing of the part lies when all spatial axes turn
 */
record KernelShare(
    Shape shape, long[] strides, long runs, long run, long step, long start, long reversed) {
  static KernelShare of(Convolutions.Request request, Share share, int part) {
    var whole = request.kernel().shape();
    var strides = whole.strides();
    var layout = request.op().kernel();
    int axis = layout.batch();
    long features = whole.dimension(axis);
    long count = share.outputs() ? share.division().count(part) : features;
    long inner = strides[axis];
    long runs = whole.size() == 0 ? 0 : whole.size() / (features * inner);
    long start = share.kernel(part);
    long reversed = start;
    for (int spatial : layout.spatial()) {
      reversed += strides[spatial] * (whole.dimension(spatial) - 1);
    }
    var dimensions = new ArrayList<>(whole.dimensions());
    dimensions.set(axis, Math.toIntExact(count));
    return new KernelShare(
        new Shape(dimensions), strides, runs, count * inner, features * inner, start, reversed);
  }

  /** Whether all elements that the part reads are finite. */
  boolean isFinite(DType dtype, long kernel) {
    if (run == step) {
      return Finite.all(dtype, kernel, runs * run);
    }
    boolean finite = true;
    for (long i = 0; i < runs; i++) {
      finite &= Finite.all(dtype, kernel + (start + i * step) * dtype.bytes(), run);
    }
    return finite;
  }

  /** Turns the spatial axes of an f32 kernel. */
  StridedCopy reversal(Convolutions.Request request) {
    var from = strides.clone();
    for (int axis : request.op().kernel().spatial()) {
      from[axis] = -from[axis];
    }
    return StridedCopy.of(Float.BYTES, shape.dimensions(), from, strides);
  }

  /** Bytes before what a reversal writes first. */
  long first() {
    return start * Float.BYTES;
  }

  /** Bytes before what a reversal reads first. */
  long last() {
    return reversed * Float.BYTES;
  }
}
