package dev.backplane.layers.attention;

import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Tensor;
import org.osgi.annotation.versioning.ProviderType;

/** A layer that adds a row of a table to each position of a sequence [batch, steps, units]. */
@ProviderType
public sealed interface Positions extends UnaryLayer permits SinusoidalPositions, LearnedPositions {
  /** What is added to the first steps: f32 [steps, units]. */
  Tensor table(Forward forward, int steps, int units);
}
