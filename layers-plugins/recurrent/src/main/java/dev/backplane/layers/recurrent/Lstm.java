package dev.backplane.layers.recurrent;

import dev.backplane.layers.core.initializer.Distribution;
import dev.backplane.layers.core.initializer.FanInUniform;
import dev.backplane.layers.core.initializer.Glorot;
import dev.backplane.nn.Draw;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.op.Compare;
import dev.backplane.tensor.DType;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import dev.backplane.tensor.Tensors;
import java.util.List;

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al.,
 * 2000). Inputs, results and masks as {@link Recurrent} says; its two states are hidden state and
 * cell state. Parameters: {@code kernel} [in, 4 · units], {@code recurrent_kernel} [units, 4 ·
 * units], {@code bias} [4 · units], with the gates input, forget, candidate, output side by side.
 *
 * <ul>
 *   <li>C1: the input is floating [batch, steps, in].
 *   <li>C2: first states are [batch, units] of its dtype, two or none.
 *   <li>C3: the mask is bool [batch, steps].
 * </ul>
 *
 * @param units the length of a state
 * @param sequences whether it gives the state behind each step
 * @param state whether it also gives the last states
 * @param reversed whether it begins with the last step
 * @param kernel the first value of the kernel
 * @param recurrentKernel the first value of the recurrent kernel
 * @param forgetBias the first value of the forget gate's bias; that of the others is zero
 */
public record Lstm(
    int units,
    boolean sequences,
    boolean state,
    boolean reversed,
    Initializer kernel,
    Initializer recurrentKernel,
    double forgetBias)
    implements Recurrent {
  private static final String NAME = "Lstm";
  private static final int GATES = 4;

  /** Checks the number of units. */
  public Lstm {
    Recurrence.atLeastOne(NAME, "units", units);
  }

  /**
   * Gives the last state; Glorot-uniform, the recurrent kernel uniform in ±1/√units, forget bias 1
   * (Jozefowicz et al., 2015).
   */
  public Lstm(int units) {
    this(units, false, false, false, new Glorot(Distribution.UNIFORM), new FanInUniform(), 1);
  }

  @Override
  public int states() {
    return 2;
  }

  @Override
  public Lstm withSequences() {
    return new Lstm(units, true, state, reversed, kernel, recurrentKernel, forgetBias);
  }

  @Override
  public Lstm withState() {
    return new Lstm(units, sequences, true, reversed, kernel, recurrentKernel, forgetBias);
  }

  @Override
  public Lstm withReversal() {
    return new Lstm(units, sequences, state, !reversed, kernel, recurrentKernel, forgetBias);
  }

  @Override
  public Tensors apply(Forward forward, Tensors inputs) {
    var loop = new Recurrence(this, NAME, GATES, kernel, recurrentKernel, this::firstBias);
    return loop.apply(forward, inputs, List.of(), Lstm::step);
  }

  private static List<Tensor> step(Tensor input, List<Tensor> states, List<Tensor> invariants) {
    var product = states.get(0).matmul(invariants.getFirst());
    return input.scope().apply(new LstmCell(), List.of(input, product, states.get(1)));
  }

  private Tensor firstBias(Draw draw, Shape shape) {
    var scope = draw.key().scope();
    var gate =
        Ops.iota(scope, new TensorType(DType.I32, shape), 0)
            .div(Ops.like(Ops.iota(scope, new TensorType(DType.I32, shape), 0), units));
    var one = gate.compare(Compare.Direction.EQ, Ops.like(gate, 1));
    return one.cast(DType.F32).mul(forgetBias);
  }
}
