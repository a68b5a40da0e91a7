package dev.backplane.layers.recurrent;

import dev.backplane.nn.Forward;
import dev.backplane.nn.Layer;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * A recurrent layer both ways, each with parameters of its own, side by side (Schuster and Paliwal,
 * 1997): x [batch, steps, in] → [batch, steps, 2 · units] or [batch, 2 · units]. Inputs and results
 * as {@link Recurrent} says, the states of the first way before those of the second. Children:
 * {@code forward} and {@code backward}, PyTorch's {@code _l0} and {@code _l0_reverse}.
 *
 * <ul>
 *   <li>C2: there are the first states of both ways or none.
 * </ul>
 *
 * @param layer the layer, the way it goes first
 */
public record Bidirectional(Recurrent layer) implements Layer {
  @Override
  public Tensors apply(Forward forward, Tensors inputs) {
    int states = layer.states();
    if (inputs.size() != 1 && inputs.size() != 1 + 2 * states) {
      throw new ShapeException(
          "Bidirectional C2: expected no first states or "
              + 2 * states
              + ", found "
              + inputs.types().subList(1, inputs.size()));
    }
    var mask = forward.mask();
    var there = forward.child("forward", layer, way(inputs, 1, states));
    var behind = forward.mask();
    forward.mask(mask);
    var back = forward.child("backward", layer.withReversal(), way(inputs, 1 + states, states));
    forward.mask(behind);
    var given = new ArrayList<Tensor>();
    given.add(Ops.concatenate(-1, List.of(there.get(0), back.get(0))));
    given.addAll(there.list().subList(1, there.size()));
    given.addAll(back.list().subList(1, back.size()));
    return new Tensors(given);
  }

  private static Tensors way(Tensors inputs, int from, int states) {
    var all = new ArrayList<>(inputs.list().subList(0, 1));
    if (inputs.size() > 1) {
      all.addAll(inputs.list().subList(from, from + states));
    }
    return new Tensors(all);
  }
}
