package dev.backplane.integration.swap.plugin;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Points of a plane, and the product of their coordinates.
 *
 * @param size how many
 */
record Points(int size) implements Examples {
  @Override
  public List<Feature> inputs() {
    return List.of(Feature.of("point", TensorType.f32(2)));
  }

  @Override
  public List<Feature> targets() {
    return List.of(Feature.of("product", TensorType.f32(1)));
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    for (int i = 0; i < count; i++) {
      float x = rows[from + i] * 37 % 251 / 125f - 1;
      float y = rows[from + i] * 101 % 241 / 120f - 1;
      if (field == 0) {
        target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 8L * i, x);
        target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 8L * i + 4, y);
      } else {
        target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, x * y);
      }
    }
  }
}
