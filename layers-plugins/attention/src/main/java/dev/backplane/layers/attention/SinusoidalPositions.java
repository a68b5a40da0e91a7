package dev.backplane.layers.attention;

import dev.backplane.nn.Forward;
import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;

/**
 * x plus a fixed wave for each position (Vaswani et al., 2017): sin(position / period^(2i/units))
 * at unit 2i, the cosine of the same at unit 2i + 1. x: [batch, steps, units], the same shape back.
 *
 * <ul>
 *   <li>C1: the input is floating [batch, steps, units].
 * </ul>
 *
 * @param period the longest wavelength is 2π times this
 */
public record SinusoidalPositions(double period) implements Positions {
  private static final String NAME = "SinusoidalPositions";

  /** Checks the period. */
  public SinusoidalPositions {
    Sequences.positive(NAME, "period", period);
  }

  /** Period 10,000. */
  public SinusoidalPositions() {
    this(10_000);
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Sequences.require(NAME, x);
    return x.add(table(forward, x.shape().dimension(1), x.shape().last()).cast(x.dtype()));
  }

  @Override
  public Tensor table(Forward forward, int steps, int units) {
    return forward
        .scope()
        .constant(
            Literal.fill(
                TensorType.f32(steps, units), i -> wave(period, i / units, i % units, units)));
  }

  private static double wave(double period, int position, int unit, int units) {
    double angle = position / Math.pow(period, (unit - unit % 2) / (double) units);
    return unit % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
  }
}
