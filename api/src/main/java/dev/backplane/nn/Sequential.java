package dev.backplane.nn;

import dev.backplane.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;

/**
 * Layers one behind the other. They are named by kind and ordinal: {@code dense_1}, {@code
 * dense_2}.
 *
 * @param layers the layers
 */
public record Sequential(List<Layer> layers) implements Layer {
  /** Copies the list. */
  public Sequential {
    layers = List.copyOf(layers);
  }

  /** The given layers. */
  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  @Override
  public Tensors apply(Forward forward, Tensors inputs) {
    var names = names();
    var x = inputs;
    for (int i = 0; i < layers.size(); i++) {
      x = forward.child(names.get(i), layers.get(i), x);
    }
    return x;
  }

  /** The names of the layers, in their order. */
  public List<String> names() {
    var ordinals = new HashMap<String, Integer>();
    return layers.stream()
        .map(
            layer -> {
              var kind =
                  layer
                      .getClass()
                      .getSimpleName()
                      .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                      .toLowerCase(Locale.ROOT);
              return kind + "_" + ordinals.merge(kind, 1, Integer::sum);
            })
        .toList();
  }
}
