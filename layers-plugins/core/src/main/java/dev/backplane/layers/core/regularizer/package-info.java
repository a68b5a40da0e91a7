/** Penalties on weights, added to the loss. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.core.regularizer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
