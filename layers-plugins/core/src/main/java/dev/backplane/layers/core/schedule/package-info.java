/** Learning rates that change with the step. */
@Export
@Version("0.1.0")
@NullMarked
package dev.backplane.layers.core.schedule;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
