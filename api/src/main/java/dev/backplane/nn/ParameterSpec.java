package dev.backplane.nn;

import dev.backplane.tensor.TensorType;

/**
 * What a layer says of a parameter.
 *
 * @param name its name within the layer
 * @param type its type
 * @param initializer its first value
 * @param trainable whether the optimizer changes it
 * @param group the group by which optimizers and transforms may treat it apart; empty for the usual
 */
public record ParameterSpec(
    String name, TensorType type, Initializer initializer, boolean trainable, String group) {
  /** Names hold no slash and are not empty. */
  public ParameterSpec {
    if (name.isEmpty() || name.contains("/")) {
      throw new IllegalArgumentException(
          "parameter name: expected a name without slash, found \"" + name + "\"");
    }
  }

  /** A trained parameter of the usual group. */
  public static ParameterSpec of(String name, TensorType type, Initializer initializer) {
    return new ParameterSpec(name, type, initializer, true, "");
  }
}
