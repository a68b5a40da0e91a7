/**
 * Layers for what lies on a grid, such as pictures and recordings: convolution, pooling,
 * up-sampling, batch normalization; and the list by which the bundle registers them.
 *
 * <p>Channels are last everywhere: [batch, length, channels] in one dimension, [batch, height,
 * width, channels] in two. Convolution is what the field calls so, cross-correlation: the kernel is
 * not flipped.
 */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.convolution;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
