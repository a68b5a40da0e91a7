/**
 * Layers for sequences in which every position may look at every other: embedding, positions,
 * normalization, multi-head attention, the blocks of a Transformer; and the list by which the
 * bundle registers them.
 *
 * <p>A sequence is [batch, steps, units]. Which of its steps are real travels beside it as {@link
 * dev.backplane.nn.Forward#mask()}, bool [batch, steps]: an {@link
 * dev.backplane.layers.attention.Embedding} of padded ids sets it, attention heeds it.
 *
 * <p>Three ops have their own gradient, and names by which a backend may claim them: {@code
 * layer_norm}, {@code rms_norm} and {@code attention}.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.attention;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
