package dev.backplane.layers.attention;

import dev.backplane.data.Examples;
import dev.backplane.data.Feature;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Four sequences of five steps of eight units, and others as targets. */
record Waves() implements Examples {
  static final Literal X = Literal.fill(TensorType.f32(4, 5, 8), i -> Math.sin(1 + 1.7 * i));

  @Override
  public int size() {
    return 4;
  }

  @Override
  public List<Feature> inputs() {
    return List.of(Feature.of("x", TensorType.f32(5, 8)));
  }

  @Override
  public List<Feature> targets() {
    return List.of(Feature.of("y", TensorType.f32(5, 8)));
  }

  @Override
  public void gather(int field, int[] rows, int from, int count, MemorySegment target) {
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(X.data(), 160L * rows[from + i], target, 160L * i, 160);
    }
  }
}
