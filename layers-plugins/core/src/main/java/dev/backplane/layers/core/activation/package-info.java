/** Elementwise functions between layers; each is a layer by itself. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.core.activation;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
