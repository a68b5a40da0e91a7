package dev.backplane.data;

import dev.backplane.tensor.Literal;
import java.util.List;

/**
 * One example, in its stored form.
 *
 * @param inputs one value for each input field
 * @param targets one value for each target field
 */
public record Example(List<Literal> inputs, List<Literal> targets) {
  /** Copies. */
  public Example {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
  }

  /** The first input. */
  public Literal input() {
    return inputs.getFirst();
  }

  /** The first target. */
  public Literal target() {
    return targets.getFirst();
  }
}
