package dev.backplane.backend.tpu.pjrt;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.backplane.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The one layout that values have on the host: dense and row-major. */
final class Layout {
  private static final int TILED = 0;

  private Layout() {}

  /** The extents of a value's axes. */
  static long[] dimensions(TensorType type) {
    return type.shape().dimensions().stream().mapToLong(Integer::longValue).toArray();
  }

  /** Bytes from one element to the next, for each axis. */
  static long[] strides(TensorType type) {
    var strides = type.shape().strides();
    for (int axis = 0; axis < strides.length; axis++) {
      strides[axis] *= type.dtype().bytes();
    }
    return strides;
  }

  /**
   * A {@code PJRT_Buffer_MemoryLayout}: axes from the one whose elements are neighbours to the one
   * whose are farthest apart, and no tiles. Where a plugin is told nothing, it gives the bytes as
   * they lie on the device, which may be any way.
   */
  static MemorySegment rowMajor(Arena arena, TensorType type) {
    int rank = type.shape().rank();
    var axes = new long[rank];
    for (int i = 0; i < rank; i++) {
      axes[i] = rank - 1L - i;
    }
    var block = Block.of(arena, 76);
    block.set(JAVA_LONG, 16, 56);
    Block.numbers(arena, block, 32, axes);
    block.set(JAVA_INT, 72, TILED);
    return block;
  }
}
