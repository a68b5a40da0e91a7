package dev.backplane.layers.attention;

import dev.backplane.layers.core.initializer.Normal;
import dev.backplane.nn.Forward;
import dev.backplane.nn.Initializer;
import dev.backplane.tensor.Shape;
import dev.backplane.tensor.ShapeException;
import dev.backplane.tensor.Tensor;

/**
 * x plus a trained row for each position. x: [batch, steps, units], the same shape back. Parameter:
 * {@code kernel} [longest, units].
 *
 * <ul>
 *   <li>C1: the input is floating [batch, steps, units].
 *   <li>C2: it has at most {@code longest} steps.
 * </ul>
 *
 * @param longest the number of positions there are
 * @param kernel the table's first value
 */
public record LearnedPositions(int longest, Initializer kernel) implements Positions {
  private static final String NAME = "LearnedPositions";

  /** Checks the number. */
  public LearnedPositions {
    Sequences.atLeastOne(NAME, "longest", longest);
  }

  /** First values normal, of standard deviation 0.02. */
  public LearnedPositions(int longest) {
    this(longest, new Normal(0.02));
  }

  @Override
  public Tensor apply(Forward forward, Tensor x) {
    Sequences.require(NAME, x);
    return x.add(table(forward, x.shape().dimension(1), x.shape().last()).cast(x.dtype()));
  }

  @Override
  public Tensor table(Forward forward, int steps, int units) {
    if (steps > longest) {
      throw new ShapeException(
          NAME + " C2: expected at most " + longest + " steps, found " + steps);
    }
    return forward.parameter("kernel", Shape.of(longest, units), kernel).slice(0, 0, steps);
  }
}
