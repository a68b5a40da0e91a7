package dev.backplane.layers.attention;

import dev.backplane.layers.core.Dense;
import dev.backplane.layers.core.Dropout;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Forward;
import dev.backplane.nn.UnaryLayer;
import dev.backplane.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * What the blocks of a Transformer have in common: parts around which the input goes past.
 *
 * @param forward of the block
 * @param normalization in front of each part or behind its sum
 * @param dropout of what a part gives
 * @param normalizedFirst in front
 */
record Sublayers(
    Forward forward, UnaryLayer normalization, double dropout, boolean normalizedFirst) {
  /** x + part(norm(x)), or norm(x + part(x)). */
  Tensor around(String name, Tensor x, UnaryOperator<Tensor> part) {
    if (normalizedFirst) {
      return x.add(dropped(part.apply(forward.child(name, normalization, x))));
    }
    return forward.child(name, normalization, x.add(dropped(part.apply(x))));
  }

  /** Two dense layers, the first with an activation: {@code dense_1}, {@code dense_2}. */
  Tensor feedForward(Tensor x, int hidden, Activation activation) {
    var between = dropped(forward.child("dense_1", new Dense(hidden, activation), x));
    return forward.child("dense_2", new Dense(x.shape().last()), between);
  }

  private Tensor dropped(Tensor x) {
    return new Dropout(dropout).apply(forward, x);
  }
}
