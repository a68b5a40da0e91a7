package dev.backplane.layers.attention;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.op.DynamicSlice;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Tensor;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** A layer that adds a row of a table to each position of a sequence [batch, steps, units]. */
@ProviderType
public sealed interface Positions extends UnaryLayer permits SinusoidalPositions, LearnedPositions {
  /** What is added to the first steps: f32 [steps, units]. */
  Tensor table(Forward forward, int steps, int units);

  /** One row of a table [steps, units]: [1, units] at a position, an i32 scalar. */
  static Tensor row(Tensor table, Tensor position) {
    var sizes = List.of(1, table.shape().last());
    return table.apply(new DynamicSlice(sizes), position, Ops.like(position, 0));
  }
}
