/** How a parameter changes with its gradient; one file each. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.core.optimizer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
