package dev.backplane.layers.recurrent;

import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.FanInUniform;
import dev.backplane.layers.core.initializer.Glorot;
import dev.backplane.layers.core.initializer.Zeros;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * Gated recurrent unit (Cho et al., 2014), the reset gate behind the product of the state, as in
 * cuDNN, PyTorch, and Keras with {@code reset_after}. Inputs, results and masks as {@link
 * Recurrent} says; it has one state. Parameters: {@code kernel} [in, 3 · units], {@code
 * recurrent_kernel} [units, 3 · units], {@code bias} and {@code recurrent_bias} [3 · units], with
 * the gates reset, update, candidate side by side.
 *
 * <ul>
 *   <li>C1: the input is floating [batch, steps, in].
 *   <li>C2: a first state is [batch, units] of its dtype.
 *   <li>C3: the mask is bool [batch, steps].
 * </ul>
 *
 * @param units the length of a state
 * @param sequences whether it gives the state behind each step
 * @param state whether it also gives the last state
 * @param reversed whether it begins with the last step
 * @param kernel the first value of the kernel
 * @param recurrentKernel the first value of the recurrent kernel
 */
public record Gru(
    int units,
    boolean sequences,
    boolean state,
    boolean reversed,
    Initializer kernel,
    Initializer recurrentKernel)
    implements Recurrent {
  private static final String NAME = "Gru";
  private static final int GATES = 3;

  /** Checks the number of units. */
  public Gru {
    Recurrence.atLeastOne(NAME, "units", units);
  }

  /** Gives the last state; Glorot-uniform, the recurrent kernel uniform in ±1/√units. */
  public Gru(int units) {
    this(units, false, false, false, new Glorot(Distribution.UNIFORM), new FanInUniform());
  }

  @Override
  public int states() {
    return 1;
  }

  @Override
  public Gru withSequences() {
    return new Gru(units, true, state, reversed, kernel, recurrentKernel);
  }

  @Override
  public Gru withState() {
    return new Gru(units, sequences, true, reversed, kernel, recurrentKernel);
  }

  @Override
  public Gru withReversal() {
    return new Gru(units, sequences, state, !reversed, kernel, recurrentKernel);
  }

  @Override
  public Tensors apply(Forward forward, Tensors inputs) {
    var loop = new Recurrence(this, NAME, GATES, kernel, recurrentKernel, new Zeros());
    var bias = loop.row(forward, "recurrent_bias", new Zeros());
    return loop.apply(forward, inputs, List.of(bias), Gru::step);
  }

  private static List<Tensor> step(Tensor input, List<Tensor> states, List<Tensor> invariants) {
    var h = states.getFirst();
    var sums = h.matmul(invariants.get(0)).add(invariants.get(1));
    return input.scope().apply(new GruCell(), List.of(input, sums, h));
  }
}
