/** Figures over an epoch, kept on the device. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.core.metric;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
