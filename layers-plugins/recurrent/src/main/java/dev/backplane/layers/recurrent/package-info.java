/**
 * Layers for sequences that are gone through step by step: simple recurrence, GRU, LSTM, both ways,
 * and any layer applied to each step; and the list by which the bundle registers them.
 *
 * <p>A sequence is [batch, steps, units]; a layer gives the state behind the last step, [batch,
 * units], or that behind each. Which steps are real is {@link dev.backplane.nn.Forward#mask()},
 * bool [batch, steps]: a padded step leaves the state as it is. A layer that gives only the last
 * state clears the mask.
 *
 * <p>Each layer is one loop ({@code Scan}) over the steps, in front of which the whole input is
 * multiplied at once: compiling takes no longer for longer sequences. The elementwise part of a
 * step is an op with its own gradient, which a backend may claim by name: {@code lstm_cell}, {@code
 * gru_cell}.
 *
 * <p>Gates stand in a parameter side by side in the order of PyTorch, so that its weights are
 * imported by transposing: {@code kernel} is the transposed {@code weight_ih_l0}, {@code
 * recurrent_kernel} the transposed {@code weight_hh_l0}. {@code bias} is {@code bias_ih_l0}; the
 * layers without a {@code recurrent_bias} take the sum of both there.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.recurrent;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
