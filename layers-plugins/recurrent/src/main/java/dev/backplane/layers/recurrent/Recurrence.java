package dev.backplane.layers.recurrent;

import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the recurrent layers have in common: one product of the whole input, then a loop over the
 * steps, time in front.
 *
 * @param layer the layer
 * @param name its name in messages
 * @param gates how many products of the input a step takes, side by side
 * @param kernel the first value of the kernel
 * @param recurrentKernel the first value of the recurrent kernel
 * @param bias the first value of the bias
 */
record Recurrence(
    Recurrent layer,
    String name,
    int gates,
    Initializer kernel,
    Initializer recurrentKernel,
    Initializer bias) {
  /** One step. */
  interface Step {
    /**
     * The states behind the step; what it gives is the first.
     *
     * @param input the product of the step's input, [batch, gates · units]
     * @param states before the step, [batch, units] each
     * @param invariants the recurrent kernel [units, gates · units] and what else the layer has
     */
    List<Tensor> of(Tensor input, List<Tensor> states, List<Tensor> invariants);
  }

  static int atLeastOne(String layer, String component, int number) {
    if (number < 1) {
      throw new IllegalArgumentException(
          layer + " " + component + ": expected 1 or more, found " + number);
    }
    return number;
  }

  /** Parameter of the width of all gates. */
  Tensor row(Forward forward, String parameter, Initializer first) {
    return forward.parameter(parameter, Shape.of(gates * layer.units()), first);
  }

  /** Runs the layer; further invariants stand behind the recurrent kernel. */
  Tensors apply(Forward forward, Tensors inputs, List<Tensor> further, Step step) {
    var x = requireSequence(name, inputs.get(0));
    int wide = gates * layer.units();
    var mask = forward.mask();
    mask.ifPresent(real -> requireMask(x, real));
    // Time in front before the product, whose rows are then [steps · batch].
    var projected =
        x.transpose(1, 0, 2)
            .matmul(forward.parameter("kernel", Shape.of(x.shape().last(), wide), kernel))
            .add(row(forward, "bias", bias));
    var recurrent =
        forward.parameter("recurrent_kernel", Shape.of(layer.units(), wide), recurrentKernel);
    var invariants = new ArrayList<>(List.of(recurrent));
    invariants.addAll(further);
    var scanned = new ArrayList<>(List.of(projected));
    mask.ifPresent(real -> scanned.add(Ops.expand(real.transpose(1, 0), 2)));
    var results =
        Ops.scan(
            new Tensors(first(inputs)),
            new Tensors(scanned),
            new Tensors(invariants),
            layer.reversed(),
            all -> turn(all, mask.isPresent(), step));
    if (!layer.sequences()) {
      forward.mask(Optional.empty());
    }
    return given(results);
  }

  private Tensors turn(Tensors all, boolean masked, Step step) {
    int states = layer.states();
    var before = all.list().subList(0, states);
    int invariants = states + (masked ? 2 : 1);
    var after = step.of(all.get(states), before, all.list().subList(invariants, all.size()));
    var results = new ArrayList<Tensor>();
    for (int i = 0; i < states; i++) {
      results.add(
          masked ? Ops.where(all.get(states + 1), after.get(i), before.get(i)) : after.get(i));
    }
    if (layer.sequences()) {
      results.add(results.getFirst());
    }
    return new Tensors(results);
  }

  /** The last states, then their sequence where there is one, as the layer gives them. */
  private Tensors given(Tensors results) {
    int states = layer.states();
    var given = new ArrayList<Tensor>();
    given.add(layer.sequences() ? results.get(states).transpose(1, 0, 2) : results.get(0));
    if (layer.state()) {
      given.addAll(results.list().subList(0, states));
    }
    return new Tensors(given);
  }

  private List<Tensor> first(Tensors inputs) {
    var x = inputs.get(0);
    var type = x.type().withShape(Shape.of(x.shape().dimension(0), layer.units()));
    if (inputs.size() == 1) {
      var states = new ArrayList<Tensor>();
      for (int i = 0; i < layer.states(); i++) {
        states.add(Ops.fill(x.scope(), type, 0));
      }
      return states;
    }
    var states = inputs.list().subList(1, inputs.size());
    if (states.size() != layer.states() || states.stream().anyMatch(s -> !s.type().equals(type))) {
      throw new ShapeException(
          name
              + " C2: expected no first states or "
              + layer.states()
              + " of "
              + type
              + ", found "
              + new Tensors(states).types());
    }
    return states;
  }

  /** Constraint C1. */
  static Tensor requireSequence(String name, Tensor x) {
    if (x.shape().rank() != 3 || !x.dtype().isFloating()) {
      throw new ShapeException(
          name + " C1: expected floating [batch, steps, in], found " + x.type());
    }
    return x;
  }

  private void requireMask(Tensor x, Tensor mask) {
    var expected = TensorType.of(DType.BOOL, x.shape().dimension(0), x.shape().dimension(1));
    if (!mask.type().equals(expected)) {
      throw new ShapeException(
          name
              + " C3: the mask of "
              + x.type()
              + ": expected "
              + expected
              + ", found "
              + mask.type());
    }
  }

  /** A gate of tensors that hold several side by side. */
  static Tensor gate(Tensor all, int units, int gate) {
    return all.slice(-1, gate * units, (gate + 1) * units);
  }
}
