/** What training makes small; cross-entropies take logits. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.core.loss;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
