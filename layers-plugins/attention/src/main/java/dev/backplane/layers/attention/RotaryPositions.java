package dev.backplane.layers.attention;

import dev.backplane.tensor.Literal;
import dev.backplane.tensor.Ops;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;
import dev.backplane.tensor.TensorType;
import java.util.List;

/**
 * Turns queries and keys by an angle that grows with their position, so that their product depends
 * on the distance (Su et al., 2021). Unit i and unit i + size/2 of a head are one pair, as in
 * GPT-NeoX and Llama, turned by position / period^(2i/size). What a {@link MultiHeadAttention} may
 * have instead of positions at the model's entrance.
 *
 * @param period the longest wavelength is 2π times this
 */
public record RotaryPositions(double period) {
  private static final String NAME = "RotaryPositions";

  /** Checks the period. */
  public RotaryPositions {
    Sequences.positive(NAME, "period", period);
  }

  /** Period 10,000. */
  public RotaryPositions() {
    this(10_000);
  }

  /**
   * The first positions turned.
   *
   * @param x floating [batch, steps, heads, size]
   * @return the same shape
   * @throws ShapeException C1 if the size is odd or the rank another
   */
  public Tensor apply(Tensor x) {
    return turn(x, tables(x, x.shape().dimension(1)));
  }

  /** Cosines and sines [steps, size / 2] of the first positions for heads as in x. */
  List<Tensor> tables(Tensor x, int steps) {
    if (x.shape().rank() != 4 || x.shape().last() % 2 != 0) {
      throw new ShapeException(
          NAME + " C1: expected [batch, steps, heads, size] with an even size, found " + x.type());
    }
    int half = x.shape().last() / 2;
    var type = TensorType.f32(steps, half);
    return List.of(
        x.scope().constant(Literal.fill(type, i -> Math.cos(angle(i / half, i % half, half)))),
        x.scope().constant(Literal.fill(type, i -> Math.sin(angle(i / half, i % half, half)))));
  }

  private double angle(int position, int pair, int half) {
    return position / Math.pow(period, pair / (double) half);
  }

  /** x [batch, steps, heads, size] turned by cosines and sines [steps, size / 2]. */
  static Tensor turn(Tensor x, List<Tensor> tables) {
    int half = x.shape().last() / 2;
    var low = x.slice(-1, 0, half);
    var high = x.slice(-1, half, 2 * half);
    var cosine = Ops.expand(tables.get(0), 1).cast(x.dtype());
    var sine = Ops.expand(tables.get(1), 1).cast(x.dtype());
    return Ops.concatenate(
        -1, List.of(low.mul(cosine).sub(high.mul(sine)), high.mul(cosine).add(low.mul(sine))));
  }
}
