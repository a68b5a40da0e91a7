package dev.backplane.layers.core.activation;

import dev.backplane.nn.Activation;

/** The usual activations by their usual names, for static import. */
public final class Activations {
  private Activations() {}

  /** {@link Linear}. */
  public static Activation linear() {
    return new Linear();
  }

  /** {@link Relu}. */
  public static Activation relu() {
    return new Relu();
  }

  /** {@link Sigmoid}. */
  public static Activation sigmoid() {
    return new Sigmoid();
  }

  /** {@link Tanh}. */
  public static Activation tanh() {
    return new Tanh();
  }

  /** {@link Gelu}. */
  public static Activation gelu() {
    return new Gelu();
  }

  /** {@link Silu}. */
  public static Activation silu() {
    return new Silu();
  }

  /** {@link Softmax}. */
  public static Activation softmax() {
    return new Softmax();
  }
}
