package dev.backplane.layers.recurrent;

import dev.backplane.layers.core.activation.Tanh;
import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.FanInUniform;
import dev.backplane.layers.core.initializer.Glorot;
import dev.backplane.layers.core.initializer.Zeros;
import dev.backplane.nn.Activation;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * activation(x · kernel + state · recurrent kernel + bias) step by step (Elman, 1990). Inputs,
 * results and masks as {@link Recurrent} says; it has one state. Parameters: {@code kernel} [in,
 * units], {@code recurrent_kernel} [units, units], {@code bias} [units].
 *
 * <ul>
 *   <li>C1: the input is floating [batch, steps, in].
 *   <li>C2: a first state is [batch, units] of its dtype.
 *   <li>C3: the mask is bool [batch, steps].
 * </ul>
 *
 * @param units the length of a state
 * @param activation applied to the sum
 * @param sequences whether it gives the state behind each step
 * @param state whether it also gives the last state
 * @param reversed whether it begins with the last step
 * @param kernel the first value of the kernel
 * @param recurrentKernel the first value of the recurrent kernel
 */
public record SimpleRnn(
    int units,
    Activation activation,
    boolean sequences,
    boolean state,
    boolean reversed,
    Initializer kernel,
    Initializer recurrentKernel)
    implements Recurrent {
  private static final String NAME = "SimpleRnn";

  /** Checks the number of units. */
  public SimpleRnn {
    Recurrence.atLeastOne(NAME, "units", units);
  }

  /** Tanh, gives the last state. */
  public SimpleRnn(int units) {
    this(units, new Tanh());
  }

  /** Gives the last state; Glorot-uniform, the recurrent kernel uniform in ±1/√units. */
  public SimpleRnn(int units, Activation activation) {
    this(
        units,
        activation,
        false,
        false,
        false,
        new Glorot(Distribution.UNIFORM),
        new FanInUniform());
  }

  @Override
  public int states() {
    return 1;
  }

  @Override
  public SimpleRnn withSequences() {
    return new SimpleRnn(units, activation, true, state, reversed, kernel, recurrentKernel);
  }

  @Override
  public SimpleRnn withState() {
    return new SimpleRnn(units, activation, sequences, true, reversed, kernel, recurrentKernel);
  }

  @Override
  public SimpleRnn withReversal() {
    return new SimpleRnn(units, activation, sequences, state, !reversed, kernel, recurrentKernel);
  }

  @Override
  public Tensors apply(Forward forward, Tensors inputs) {
    var loop = new Recurrence(this, NAME, 1, kernel, recurrentKernel, new Zeros());
    return loop.apply(forward, inputs, List.of(), this::step);
  }

  private List<Tensor> step(Tensor input, List<Tensor> states, List<Tensor> invariants) {
    var product = states.getFirst().matmul(invariants.getFirst());
    return List.of(activation.apply(input.add(product)));
  }
}
