package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;
import dev.backplane.tensor.Tensor;

/** The self-normalising ELU (Klambauer et al., 2017). */
public record Selu() implements Activation {
  private static final double ALPHA = 1.6732632423543772;
  private static final double SCALE = 1.0507009873554805;

  @Override
  public Tensor apply(Tensor x) {
    return new Elu(ALPHA).apply(x).mul(SCALE);
  }
}
