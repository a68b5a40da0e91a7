package dev.backplane.layers.recurrent;

import dev.backplane.nn.Layer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A layer that goes through a sequence step by step. Inputs: x [batch, steps, in], then the first
 * states [batch, units] each, or none of them for zeros. Results: what it gives, then the last
 * states where {@link #state()} asks for them.
 */
@ProviderType
public sealed interface Recurrent extends Layer permits SimpleRnn, Gru, Lstm {
  /** The length of a state. */
  int units();

  /** Whether it gives the state behind each step, [batch, steps, units], not only the last. */
  boolean sequences();

  /** Whether it also gives the last states, for who goes on from them. */
  boolean state();

  /**
   * Whether it begins with the last step. What it gives for a step stays at that step; the last
   * state is that behind the first step.
   */
  boolean reversed();

  /** How many states it carries from step to step. */
  int states();

  /** The same layer, giving the state behind each step. */
  Recurrent withSequences();

  /** The same layer, giving also its last states. */
  Recurrent withState();

  /** The same layer the other way round. */
  Recurrent withReversal();
}
